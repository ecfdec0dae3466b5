import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { agentOf, changingPolicyContract, documentFor, until } from '../contract-tests/policy-source.ts'
import type { PolicySource } from '../policy-source.ts'
import { type FilePolicyOptions, filePolicy } from './file-policy.ts'

/** Whatever only polling could notice would be noticed after the test has given up. */
const watched = { pollIntervalMs: 600_000 }
/** And whatever only watching notices is noticed by polling too. */
const polled = { pollIntervalMs: 20 }

changingPolicyContract('file, written in place', async (document) => {
  const folder = await mkdtemp(join(tmpdir(), 'file-policy-'))
  const path = join(folder, 'policy.json')
  const publishText = (text: string) => writeFile(path, text)
  await publishText(JSON.stringify(document))
  const source = await filePolicy(path, watched)
  return {
    source,
    publishText,
    publish: (next) => publishText(JSON.stringify(next)),
    dispose: async () => {
      await source.close()
      await rm(folder, { recursive: true })
    },
  }
})

/** As the kubelet does it: the file is a link into `..data`, which is itself a link that is renamed over. */
changingPolicyContract('file, in a mounted ConfigMap', async (document) => {
  const folder = await mkdtemp(join(tmpdir(), 'file-policy-'))
  let version = 0
  const publishText = async (text: string) => {
    const next = `..2026_06_01.${version++}`
    await mkdir(join(folder, next))
    await writeFile(join(folder, next, 'policy.json'), text)
    await symlink(next, join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    if (version > 1) await rm(join(folder, `..2026_06_01.${version - 2}`), { recursive: true })
  }
  await publishText(JSON.stringify(document))
  await symlink(join('..data', 'policy.json'), join(folder, 'policy.json'))
  const source = await filePolicy(join(folder, 'policy.json'), watched)
  return {
    source,
    publishText,
    publish: (next) => publishText(JSON.stringify(next)),
    dispose: async () => {
      await source.close()
      await rm(folder, { recursive: true })
    },
  }
})

let folder: string
let path: string
let source: PolicySource | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-policy-'))
  path = join(folder, 'policy.yaml')
  source = undefined
})
afterEach(async () => {
  await source?.close()
  await rm(folder, { recursive: true })
})

const put = (agent: string, at = path) => writeFile(at, JSON.stringify(documentFor(agent)))
const begin = async (options: FilePolicyOptions = watched): Promise<PolicySource> => {
  source = await filePolicy(path, options)
  return source
}
const comesTo = (agent: string): Promise<void> =>
  until(source as PolicySource, () => agentOf(source as PolicySource) === agent)

describe('a file', () => {
  test('is read as YAML too', async () => {
    await writeFile(
      path,
      '\uFEFFschema_version: v2\nserver: { name: payments }\ngrants:\n  - name: one\n    agent_id: yaml\n',
    )
    expect(agentOf(await begin())).toBe('yaml')
  })

  test('that another is renamed over is read anew', async () => {
    await put('first')
    await begin()
    await put('second', join(folder, 'policy.yaml.swp'))
    await rename(join(folder, 'policy.yaml.swp'), path)
    await comesTo('second')
  })

  test('that is named from the working folder stays the same one wherever the process goes', async () => {
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    await put('first')
    process.chdir(folder)
    source = await filePolicy('policy.yaml', polled)
    process.chdir(before)
    await put('second')
    await comesTo('second')
  })

  test('that goes away stays in force, and is read when it is back', async () => {
    await put('first')
    const one = await begin()
    await unlink(path)
    await vi.waitFor(() => expect(one.status().lastError).toBe(`${path}: cannot be read: ENOENT`))
    expect(agentOf(one)).toBe('first')
    await put('second')
    await comesTo('second')
    expect(one.status().lastError).toBe(undefined)
  })

  test('is found again by polling when its folder was exchanged, and watched from then on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    await mkdir(join(folder, 'a'))
    path = join(folder, 'a', 'policy.yaml')
    await put('first')
    const one = await begin()
    await rename(join(folder, 'a'), join(folder, 'b'))
    // The last that the old folder tells.
    await vi.waitFor(() => expect(one.status().lastError).toMatch(/ENOENT/))
    await mkdir(join(folder, 'a'))
    await put('second')
    vi.advanceTimersByTime(watched.pollIntervalMs)
    await comesTo('second')
    await put('third')
    await comesTo('third')
  })

  test('that is not written to its end is read again before anybody hears of it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await writeFile(path, '{"schema_version":"v2","server":')
    const opening = begin()
    while (vi.getTimerCount() === 0) await new Promise(setImmediate)
    await put('first')
    vi.advanceTimersByTime(50)
    expect(agentOf(await opening)).toBe('first')
  })

  test('that changes over and over is in force as it is in the end', async () => {
    await put('first')
    await begin(polled)
    for (let i = 0; i < 50; i++) await put(`agent-${i}`)
    await comesTo('agent-49')
  })

  test('whose bytes stay is no change, nor is another spelling of the same', async () => {
    await put('first')
    const one = await begin()
    const policy = one.current()
    const told = vi.fn()
    one.onChange(told)
    await put('first')
    await writeFile(path, JSON.stringify(documentFor('first'), undefined, 2))
    await put('second')
    await comesTo('second')
    expect(told).toHaveBeenCalledTimes(1)
    expect(one.current()).not.toBe(policy)
  })
})

describe('a first file that is no policy', () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['is not there', async () => {}, /policy\.yaml: cannot be read: ENOENT$/],
    ['is a folder', () => mkdir(path), /policy\.yaml: is not a file$/],
    ['is a device', () => symlink('/dev/zero', path), /policy\.yaml: is not a file$/],
    ['is no text', () => writeFile(path, Uint8Array.of(0x22, 0xff, 0x22)), /policy\.yaml: is not UTF-8$/],
    ['is too long', () => writeFile(path, ' '.repeat(2001)), /policy\.yaml: is longer than 2000 bytes$/],
    [
      'has faults',
      () => writeFile(path, 'schema_version: v2\nserver: { name: s }\ngrantz: []\ntoolz: []\n'),
      /policy\.yaml:3:1 \/grantz: .*\n.*policy\.yaml:4:1 \/toolz: /s,
    ],
  ])('%s: there is no source', async (_, make, message) => {
    await make()
    await expect(filePolicy(path, { bytesMax: 2000 })).rejects.toThrow(
      expect.objectContaining({ code: 'policy_unreadable', message: expect.stringMatching(message) }),
    )
  })

  test('is waited for where that is asked for', async () => {
    const one = await begin({ ...watched, waitForFirst: true })
    expect(one.current()).toBe(undefined)
    expect(one.status()).toEqual({
      revision: '',
      loadedAt: undefined,
      lastError: `${path}: cannot be read: ENOENT`,
    })
    await put('first')
    await comesTo('first')
    expect(one.status().lastError).toBe(undefined)
  })

  test('is waited for where there is no folder yet', async () => {
    path = join(folder, 'later', 'policy.yaml')
    await begin({ ...polled, waitForFirst: true })
    await mkdir(join(folder, 'later'))
    await put('first')
    await comesTo('first')
  })
})

test('a source keeps no process alive', async () => {
  await put('first')
  const script = `
    const { filePolicy } = await import(${JSON.stringify(new URL('file-policy.ts', import.meta.url).href)})
    const source = await filePolicy(${JSON.stringify(path)})
    console.log(source.status().revision)
  `
  const run = ['--conditions=@mcp-sentinel/source', '--input-type=module', '--eval', script]
  expect(execFileSync(process.execPath, run, { timeout: 20_000 }).toString()).toMatch(/^sha256:/)
})
