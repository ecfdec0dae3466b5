import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { changesOf, resourceStoreContract } from '../contract-tests/resource-store.ts'
import { grantOn, serverNamed } from '../contract-tests/resources.ts'
import { replaceFile } from '../directory/atomic-file.ts'
import type { ResourceStore } from '../store.ts'
import { directoryStore } from './directory.ts'

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'resources-'))

resourceStoreContract('directory', async () => {
  const root = await newFolder()
  const store = await directoryStore(root)
  return {
    store,
    dispose: async () => {
      await store.close()
      await rm(root, { recursive: true })
    },
  }
})

describe('a folder of resources', () => {
  const key = { namespace: 'home', name: 'ops' }
  const file = 'home/mcpaccessgrants/ops.yaml'
  let root: string
  let store: ResourceStore
  beforeEach(async () => {
    root = await newFolder()
    store = await directoryStore(root, { clock: () => Date.parse('2026-06-15T12:00:00.5Z') })
  })
  afterEach(async () => {
    await store.close()
    await rm(root, { recursive: true })
  })
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')
  const paths = async (): Promise<readonly string[]> =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort()

  const byHand = `# Who may what, as agreed on in May.
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAccessGrant
metadata:
  name: ops
  namespace: home
spec:
  serverRef: { name: payments }
  subject:
    agentID: ops-agent # the one of the night shift
  maxTrust: low

  # Reading is enough.
  allowedSideEffects: [ read ]
`

  test('that goes away is a failure, not a deletion of all that it holds, and is as it was when it is back', async () => {
    await store.apply(serverNamed('payments'))
    const there = { namespace: 'home', name: 'payments' }
    const changes = changesOf(store, 'MCPServer', 2)
    await changesOf(store, 'MCPServer', 1)
    const elsewhere = `${root}-elsewhere`
    await rename(root, elsewhere)
    const refused = { code: 'storage' }
    await expect(store.get('MCPServer', there)).rejects.toMatchObject(refused)
    await expect(store.list('MCPServer')).rejects.toMatchObject(refused)
    await expect(store.patch('MCPServer', there, { spec: {} })).rejects.toMatchObject(refused)
    await expect(store.apply(serverNamed('new'))).rejects.toMatchObject(refused)
    // As of a write that was under way when it went.
    const path = join(root, 'home', 'mcpservers', 'new.yaml')
    await expect(replaceFile(root, path, '', undefined)).rejects.toMatchObject(refused)
    await expect(stat(root)).rejects.toMatchObject({ code: 'ENOENT' })
    await rename(elsewhere, root)
    expect(await store.get('MCPServer', there)).toBeDefined()
    expect((await store.list('MCPServer')).items).toHaveLength(1)
    await store.apply(serverNamed('later'))
    expect(await changes).toMatchObject([{ type: 'listed' }, { type: 'applied' }])
  })

  test('holds one file an object, and no more: what kubectl takes', async () => {
    await store.apply(grantOn('payments', 'ops'))
    expect(await read(file)).toBe(`apiVersion: mcpruntime.org/v1alpha1
kind: MCPAccessGrant
metadata:
  name: ops
  namespace: home
  creationTimestamp: 2026-06-15T12:00:00Z
spec:
  serverRef:
    name: payments
  subject:
    agentID: ops-agent
  allowedSideEffects:
    - read
`)
    await store.writeStatus('MCPAccessGrant', key, { phase: 'Ready' })
    expect(await paths()).toEqual(['.status/home/mcpaccessgrants/ops.status', file])
  })

  test('keeps comments, order and style of what somebody wrote by hand', async () => {
    await write(file, byHand)
    await store.writeStatus('MCPAccessGrant', key, { phase: 'Ready' })
    expect(await read(file)).toBe(byHand)
    await store.patch('MCPAccessGrant', key, { spec: { maxTrust: 'high', disabled: true } })
    expect(await read(file)).toBe(`${byHand.replace('maxTrust: low', 'maxTrust: high')}  disabled: true\n`)
  })

  test('rewrites nothing where nothing changes', async () => {
    await write(file, byHand.replace('maxTrust: low', 'maxTrust:   low'))
    const before = await read(file)
    const same = await store.get('MCPAccessGrant', key)
    const again = await store.patch('MCPAccessGrant', key, { spec: { maxTrust: 'low' } })
    expect(again).toEqual(same)
    expect(await read(file)).toBe(before)
  })

  test('an edit by hand turns what was read before it into the past', async () => {
    const applied = await store.apply(grantOn('payments', 'ops'))
    await write(file, byHand)
    await expect(store.apply(applied)).rejects.toMatchObject({ code: 'conflict', retryable: false })
    expect(await read(file)).toBe(byHand)
  })

  test.each([
    ['cut off', byHand.slice(0, 120), 'ops.yaml:'],
    [
      'misspelt',
      byHand.replace('maxTrust', 'maxTrsut'),
      'ops.yaml:11:3 /spec/maxTrsut: "maxTrsut" is not a member',
    ],
    [
      'of another name',
      byHand.replace('name: ops', 'name: other'),
      '/metadata/name: is other, but the file lies',
    ],
    [
      'of another namespace',
      byHand.replace('  namespace: home\n', ''),
      '/metadata/namespace: is default, but',
    ],
    ['of another kind', byHand.replace('AccessGrant', 'AgentSession'), 'is not a member here'],
    ['two objects', `${byHand}---\n${byHand}`, 'holds more than one object'],
    ['no UTF-8', '\ud800', 'expected a resource, found'],
  ])("a file that is %s is told, left alone, and in nobody else's way", async (_, text, says) => {
    await write(file, text)
    await store.apply(grantOn('payments', 'other'))
    const { items, unreadable } = await store.list('MCPAccessGrant')
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['other'])
    expect(unreadable).toMatchObject([key])
    expect(unreadable[0]?.faults.join('\n')).toContain(says)
    const attempts = [
      () => store.get('MCPAccessGrant', key),
      () => store.apply(grantOn('payments', 'ops')),
      () => store.patch('MCPAccessGrant', key, { spec: { disabled: true } }),
      () => store.delete('MCPAccessGrant', key),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'unreadable' })
    expect(Buffer.from(await read(file))).toEqual(Buffer.from(text))
  })

  test('a file that is not named as its object is told', async () => {
    await write('home/mcpaccessgrants/Ops.yml', byHand)
    expect((await store.list('MCPAccessGrant')).unreadable).toMatchObject([
      { name: 'Ops.yml', faults: ['home/Ops.yml: is not named as its object, <name>.yaml'] },
    ])
  })

  test('a status that cannot be read is as none, and is written anew', async () => {
    await write(file, byHand)
    await write('.status/home/mcpaccessgrants/ops.status', '{')
    expect((await store.get('MCPAccessGrant', key))?.status).toBeUndefined()
    await store.writeStatus('MCPAccessGrant', key, { phase: 'Ready' })
    expect((await store.get('MCPAccessGrant', key))?.status).toEqual({ phase: 'Ready' })
  })

  test.each([
    { namespace: '..', name: 'ops' },
    { namespace: 'home', name: '../../etc/passwd' },
    { namespace: '.status', name: 'ops' },
    { namespace: 'home', name: 'a\0b' },
    { namespace: '', name: 'ops' },
  ])('no name leads out of it: $namespace/$name', async (elsewhere) => {
    const attempts = [
      () => store.get('MCPAccessGrant', elsewhere),
      () => store.patch('MCPAccessGrant', elsewhere, { spec: {} }),
      () => store.writeStatus('MCPAccessGrant', elsewhere, {}),
      () => store.delete('MCPAccessGrant', elsewhere),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'invalid' })
    expect(await paths()).toEqual([])
  })

  test('no link leads out of it', async () => {
    const outside = await newFolder()
    await mkdir(join(outside, 'mcpaccessgrants'))
    await writeFile(join(outside, 'mcpaccessgrants/ops.yaml'), byHand)
    await symlink(outside, join(root, 'home'))
    await expect(store.get('MCPAccessGrant', key)).rejects.toMatchObject({ code: 'invalid' })
    await expect(store.apply(grantOn('payments', 'new'))).rejects.toMatchObject({ code: 'invalid' })
    expect((await store.list('MCPAccessGrant')).items).toEqual([])
    expect(await readdir(join(outside, 'mcpaccessgrants'))).toEqual(['ops.yaml'])
    await rm(outside, { recursive: true })
  })

  test('a watch tells of what people and their tools do to the files', async () => {
    const { resourceVersion } = await store.list('MCPAccessGrant')
    const told = changesOf(store, 'MCPAccessGrant', 3, resourceVersion)
    await write(file, byHand)
    await changesOf(store, 'MCPAccessGrant', 1, resourceVersion)
    await write('home/mcpaccessgrants/ops.yaml.new', byHand.replace('maxTrust', 'maxTrsut'))
    await rename(join(root, `${file}.new`), join(root, file))
    await changesOf(store, 'MCPAccessGrant', 2, resourceVersion)
    await rm(join(root, file))
    expect(await told).toMatchObject([
      { type: 'applied', resource: { metadata: { name: 'ops' } } },
      { type: 'unreadable', ...key },
      { type: 'deleted', ...key },
    ])
  })

  test('a watch tells of each turn of a file at once, however it is written', async () => {
    await store.close()
    // Without looking now and then, so that only what the system tells counts.
    store = await directoryStore(root, { pollIntervalMs: 3_600_000 })
    const abort = new AbortController()
    const told: string[] = []
    const watching = (async () => {
      for await (const change of store.watch('MCPAccessGrant', { signal: abort.signal }))
        told.push(change.type)
    })()
    const comes = (count: number) => vi.waitFor(() => expect(told).toHaveLength(count))
    await comes(1)
    for (const round of [1, 2, 3]) {
      const before = told.length
      await write(file, byHand.replace('low', 'medium'))
      await comes(before + 1)
      await write('home/mcpaccessgrants/.ops.new', byHand.replace('maxTrust', 'maxTrsut'))
      await rename(join(root, 'home/mcpaccessgrants/.ops.new'), join(root, file))
      await comes(before + 2)
      await write('home/mcpaccessgrants/.ops.new', byHand)
      await rename(join(root, 'home/mcpaccessgrants/.ops.new'), join(root, file))
      await comes(before + 3)
      await rm(join(root, round === 2 ? 'home' : file), { recursive: true })
      await comes(before + 4)
    }
    expect(told.slice(-4)).toEqual(['applied', 'unreadable', 'applied', 'deleted'])
    abort.abort()
    await watching
  })

  test('a watch of another process, after a restart, lists anew', async () => {
    const { resourceVersion } = await store.list('MCPServer')
    await store.apply(serverNamed('payments'))
    await store.close()
    store = await directoryStore(root)
    const [first] = await changesOf(store, 'MCPServer', 1, resourceVersion)
    expect(first).toMatchObject({ type: 'listed', items: [{ metadata: { name: 'payments' } }] })
  })

  test('has one store at a time, whatever became of the one before', async () => {
    await expect(directoryStore(root)).rejects.toMatchObject({ code: 'locked', retryable: true })
    await store.close()
    const child = spawn(
      process.execPath,
      [
        '--conditions=@mcp-sentinel/source',
        '--input-type=module',
        '-e',
        `const { directoryStore } = await import(${JSON.stringify(new URL('./directory.ts', import.meta.url).href)})
        await directoryStore(process.argv[1])
        process.stdout.write('has it')
        setInterval(() => {}, 1000)`,
        root,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    // Asleep it is still there.
    child.kill('SIGSTOP')
    await expect(directoryStore(root)).rejects.toMatchObject({ code: 'locked' })
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    store = await directoryStore(root)
    await store.apply(grantOn('payments', 'ops'))
    expect(await paths()).toEqual([file])
    expect((await readdir(root)).filter((name) => name.startsWith('owner-'))).toHaveLength(1)
  })

  test('a folder that cannot be one is told', async () => {
    await write('file', '')
    await expect(directoryStore(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'storage' })
  })
})
