import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { directoryStore } from './adapters/directory.ts'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import { renderPolicy } from './render-policy.ts'
import { createRenderedPolicies, type PolicyChange, type RenderedPolicies } from './rendered-policies.ts'
import type { ResourceStore } from './store.ts'

const payments = { namespace: 'home', name: 'payments' }
const ops = { namespace: 'home', name: 'ops' }
const now = Date.parse('2026-06-15T12:00:00Z')

let root: string
let store: ResourceStore
let policies: RenderedPolicies
let told: PolicyChange[]
let faults: string[]
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rendered-'))
  store = await directoryStore(root, { pollIntervalMs: 50, clock: () => now })
  told = []
  faults = []
})
afterEach(async () => {
  await policies?.close()
  await store.close()
  await rm(root, { recursive: true })
})
const begin = (server = payments, over: Partial<Parameters<typeof createRenderedPolicies>[0]> = {}) => {
  policies = createRenderedPolicies({
    store,
    clock: () => now,
    report: (lines) => faults.push(...lines),
    ...over,
  })
  return policies.subscribe(server, (change) => told.push(change))
}
const count = (wanted: number) => vi.waitFor(() => expect(told).toHaveLength(wanted))
const latest = () => told.at(-1)?.policy.document
const break_ = async (name: string): Promise<void> => {
  const file = join(root, 'home/mcpaccessgrants', `${name}.yaml`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'kind: nothing\n')
}
const seeded = async (): Promise<void> => {
  await store.apply(serverNamed('payments'))
  await store.apply(grantOn('payments', 'ops'))
}

test('a policy is told as it is rendered, then after each change, with what it was', async () => {
  await seeded()
  begin()
  await count(1)
  const server = await store.get('MCPServer', payments)
  const grant = await store.get('MCPAccessGrant', ops)
  if (server === undefined || grant === undefined) throw new Error('both were applied')
  expect(told).toEqual([{ policy: renderPolicy(server, [grant], [], now), because: [] }])
  expect(policies.current(payments)).toEqual(told[0]?.policy)

  await store.apply(sessionOn('payments', 'sess-1'))
  await count(2)
  expect(told[1]?.because).toEqual([{ kind: 'MCPAgentSession', namespace: 'home', name: 'sess-1' }])
  await store.patch('MCPAgentSession', { namespace: 'home', name: 'sess-1' }, { spec: { revoked: true } })
  await count(3)
  expect(latest()?.sessions).toMatchObject([{ name: 'sess-1', revoked: true }])
  await store.delete('MCPAccessGrant', ops)
  await count(4)
  expect(latest()?.grants).toEqual([])
})

test('who asks without watching is given the same policy until it changes', async () => {
  await seeded()
  begin({ namespace: 'home', name: 'search' })
  await count(1)
  const first = policies.current(payments)
  expect(first?.document.grants).toMatchObject([{ name: 'ops' }])
  for (let index = 0; index < 200; index++) policies.current({ namespace: 'home', name: `server-${index}` })
  expect(policies.current(payments)).toBe(first)
  await store.patch('MCPAccessGrant', ops, { spec: { disabled: true } })
  await vi.waitFor(() =>
    expect(policies.current(payments)?.document.grants).toMatchObject([{ disabled: true }]),
  )
  const second = policies.current(payments)
  for (let index = 0; index < 300; index++) policies.current({ namespace: 'home', name: `server-${index}` })
  expect(policies.current(payments)).not.toBe(second)
  expect(policies.current(payments)).toEqual(second)
})

test('what concerns another server, or leaves the policy as it is, is not told', async () => {
  await seeded()
  begin()
  await count(1)
  await store.apply(serverNamed('search'))
  await store.apply(grantOn('search', 'other'))
  await store.writeStatus('MCPAccessGrant', ops, { phase: 'Ready' })
  await store.patch('MCPAccessGrant', ops, { metadata: { labels: { team: 'a' } } })
  await store.patch('MCPAccessGrant', ops, { spec: { disabled: true } })
  await count(2)
  expect(latest()?.grants).toMatchObject([{ name: 'ops', disabled: true }])
  expect(told[1]?.because.every(({ name }) => name === 'ops')).toBe(true)
})

test('a server that is not there, or no more, refuses every call', async () => {
  begin()
  await count(1)
  expect(latest()?.server).toMatchObject({ name: 'payments', namespace: 'home', disabled: true })
  await seeded()
  await vi.waitFor(() => expect(latest()?.server).not.toHaveProperty('disabled'))
  await store.delete('MCPServer', payments)
  await vi.waitFor(() => expect(latest()?.server).toMatchObject({ disabled: true }))
  expect(latest()).not.toHaveProperty('grants')
})

test('of what can be read no more the last good state counts, and the fault is told with its place', async () => {
  await seeded()
  begin()
  await count(1)
  await break_('ops')
  await vi.waitFor(() => expect(faults.join()).toContain('home/mcpaccessgrants/ops.yaml:1:1'))
  await store.apply(sessionOn('payments', 'sess-1', { revoked: true }))
  await count(2)
  expect(latest()?.grants).toMatchObject([{ name: 'ops' }])
})

test('a grant that could not be read from the start on may deny anything: nothing passes until it is mended', async () => {
  await seeded()
  await break_('unread')
  begin()
  await count(1)
  expect(latest()?.server).toMatchObject({ disabled: true })
  expect(told[0]?.policy.findings).toMatchObject([
    { name: 'payments', verdict: { reason: 'GrantUnreadable', status: 'False' } },
  ])
  expect(faults.join()).toContain('home/mcpaccessgrants/unread.yaml')
  policies.current({ namespace: 'home', name: 'unwatched' })
  await rm(join(root, 'home/mcpaccessgrants/unread.yaml'))
  await count(2)
  expect(latest()?.grants).toMatchObject([{ name: 'ops' }])
})

test('a file that becomes broken later is in nobody else’s way', async () => {
  await seeded()
  begin()
  await count(1)
  await break_('new')
  await vi.waitFor(() => expect(faults).toHaveLength(1))
  await store.patch('MCPAccessGrant', ops, { spec: { disabled: true } })
  await count(2)
  expect(latest()?.grants).toMatchObject([{ disabled: true }])
})

test('time alone changes a policy, too', async () => {
  let later = now
  await store.apply(serverNamed('payments'))
  await store.apply(sessionOn('payments', 'sess-1', { expiresAt: new Date(now + 1000).toISOString() }))
  begin(payments, { clock: () => later, refreshMs: 5 })
  await count(1)
  later += 4_000_000
  await count(2)
  expect(told[1]).toMatchObject({ because: [], policy: { document: { sessions: [] } } })
})

test('a store that fails is told, and watched again', async () => {
  await seeded()
  let failures = 2
  const failing: ResourceStore = {
    ...store,
    watch: (kind, options) => {
      if (kind === 'MCPServer' && failures-- > 0) throw new Error('not today')
      return store.watch(kind, options)
    },
  }
  begin(payments, { store: failing, retryMs: 1 })
  expect(policies.current(payments)).toBeUndefined()
  await count(1)
  expect(faults).toEqual(['MCPServer: not today', 'MCPServer: not today'])
  expect(latest()?.server).not.toHaveProperty('disabled')
})

test('who has left is told nothing more', async () => {
  await seeded()
  const leave = begin()
  await count(1)
  const others: unknown[] = []
  policies.subscribe(payments, (change) => others.push(change))
  leave()
  await store.delete('MCPAccessGrant', ops)
  await vi.waitFor(() => expect(others).toHaveLength(2))
  expect(told).toHaveLength(1)
})
