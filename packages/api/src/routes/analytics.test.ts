import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { type App, createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { clientWithKey } from '../contract-tests/asking.ts'
import { authenticateCallers } from '../contract-tests/callers.ts'
import { openTestStore, type TestEvent, type TestStore, toolCall } from '../contract-tests/event-stores.ts'
import { idOfCaller } from '../contract-tests/governed.ts'

const nowMs = Date.parse('2026-06-15T12:34:56.789Z')
const minute = 60_000
const red = { namespace: 'mcp-team-red', server: 'payments' }
const blue = { namespace: 'mcp-team-blue', server: 'ledger', human_id: 'ben', session_id: 's-2' }
const shared = { namespace: 'mcp-servers', server: 'search', human_id: idOfCaller('owner') }

const told: readonly TestEvent[] = [
  toolCall(nowMs - 50 * minute, { ...red, latency_ms: 10 }),
  toolCall(nowMs - 40 * minute, { ...red, decision: 'deny', reason: 'trust_too_low', human_id: 'cem' }),
  toolCall(nowMs - 30 * minute, blue),
  toolCall(nowMs - 20 * minute, { ...blue, decision: 'deny', reason: 'no_matching_grant' }),
  toolCall(nowMs - 10 * minute, { ...shared, team_id: 'team-z' }),
  { timestampMs: nowMs - 5 * minute, source: 'proxy', trace_id: 't-1', payload: 'no JSON' },
  { timestampMs: nowMs - 4 * minute, event_type: 'mcp.gap', payload: { namespace: 'mcp-team-red', n: 3 } },
]

describe('analytics', () => {
  let events: TestStore
  let folder: string
  let resources: Awaited<ReturnType<typeof directoryStore>>
  const apiOver = (engines: object) =>
    createApi({
      authenticate: authenticateCallers,
      logger: createLogger({ service: 'api-test', level: 'silent' }),
      version: '1.2.3',
      clock: () => nowMs,
      ...engines,
    }).app
  /** With all engines: to make one takes longer than to ask it. */
  let whole: App
  const ask = (key: string, engines?: object) =>
    clientWithKey(engines === undefined ? whole : apiOver(engines), key).analytics

  beforeAll(async () => {
    events = await openTestStore()
    await events.fill(told)
    folder = await mkdtemp(join(tmpdir(), 'api-resources-'))
    resources = await directoryStore(folder)
    const access = {
      serverRef: { name: 'payments' },
      subject: { humanID: 'anna' },
    }
    const put = (kind: string, name: string, spec: object, labels = {}) =>
      resources.apply({
        apiVersion: 'mcpruntime.org/v1alpha1',
        kind,
        metadata: { name, namespace: 'mcp-team-red', labels },
        spec,
      } as never)
    await put(
      'MCPServer',
      'published',
      { image: 'it' },
      { 'platform.mcpruntime.org/user-id': idOfCaller('member') },
    )
    await put('MCPAccessGrant', 'on', { ...access, allowedSideEffects: ['read'] })
    await put('MCPAccessGrant', 'off', { ...access, allowedSideEffects: ['read'], disabled: true })
    await put('MCPAgentSession', 'lasts', access)
    await put('MCPAgentSession', 'later', { ...access, expiresAt: '2026-06-15T12:35:00Z' })
    await put('MCPAgentSession', 'revoked', { ...access, revoked: true })
    await put('MCPAgentSession', 'expired', { ...access, expiresAt: '2026-06-15T12:34:00Z' })
    whole = apiOver({ store: events.store, resources })
  }, 60_000)
  afterAll(async () => {
    await events.close()
    await resources.close()
    await rm(folder, { recursive: true })
  })

  describe.each([
    ['analytics.events', 'events'],
    ['analytics.filteredEvents', 'filteredEvents'],
  ] as const)('%s', (_, name) => {
    it('tells the newest first, whole, without what is empty', async () => {
      const { events: rows, meta, next } = await ask('admin')[name]()
      expect(rows).toHaveLength(told.length)
      expect(rows[0]).toEqual({
        timestamp: '2026-06-15T12:30:56.789Z',
        source: 'gateway',
        event_type: 'mcp.gap',
        namespace: 'mcp-team-red',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        received_at: expect.stringMatching(/Z$/),
        payload: { namespace: 'mcp-team-red', n: 3 },
      })
      expect(rows[1]).toMatchObject({ trace_id: 't-1', payload: 'no JSON' })
      expect(rows[2]).toMatchObject({ ...shared, reason: 'allowed', decision: 'allow', tool_name: 'refund' })
      expect({ meta, next }).toEqual({ meta: { limit: 100, has_more: false }, next: undefined })
    })

    it('goes on by its cursor to the end, and by the address that it names', async () => {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await ask('admin')[name]({
          query: { limit: 3, ...(cursor === undefined ? {} : { cursor }), event_type: 'mcp.request' },
        })
        ids.push(...page.events.map(({ id }) => id))
        cursor = page.meta.next_cursor
        expect(page.next).toBe(cursor && `?event_type=mcp.request&limit=3&cursor=${cursor}`)
      } while (cursor !== undefined)
      expect(new Set(ids).size).toBe(6)
    })

    it('finds one by its own id, however it is written', async () => {
      const { events: rows } = await ask('admin')[name]({ query: { trace_id: 't-1' } })
      const id = rows[0]?.id ?? ''
      for (const written of [id, id.toUpperCase()])
        expect(await ask('admin')[name]({ query: { id: written } })).toMatchObject({
          events: rows,
          meta: { has_more: false },
        })
      expect((await ask('admin')[name]({ query: { id, server: 'ledger' } })).events).toEqual([])
      expect((await ask('admin')[name]({ query: { id: crypto.randomUUID() } })).events).toEqual([])
    })

    it.each<[object, number]>([
      [{ server: 'ledger' }, 2],
      [{ namespace: 'mcp-team-red' }, 3],
      [{ team_id: 'team-z' }, 1],
      [{ decision: 'deny', human_id: 'cem', agent_id: 'coder' }, 1],
      [{ trace_id: 't-1' }, 1],
      [{ source: 'proxy', event_type: 'mcp.request' }, 1],
      [{ session_id: 's-2', tool_name: 'refund' }, 2],
      [{ reason: 'trust_too_low' }, 1],
      [{ rpc_method: 'tools/call', cluster: 'nowhere' }, 0],
      [{ since: '2026-06-15T14:24:56.789+02:00' }, 3],
      [{ since: '2026-06-16' }, 0],
      [{ until: '2026-06-15T11:54:56.789Z' }, 1],
    ])('filters: %j', async (query, count) => {
      expect((await ask('admin')[name]({ query })).events).toHaveLength(count)
    })

    it.each<[string, object]>([
      ['limit', { limit: 0 }],
      ['limit', { limit: 1001 }],
      ['limit', { limit: 1.5 }],
      ['cursor', { cursor: 'guessed' }],
      ['server', { server: '' }],
      ['server', { server: 'x'.repeat(513) }],
      ['since', { since: 'yesterday' }],
      ['id', { id: 'e-1' }],
      ['page', { page: 2 }],
    ])('refuses a wrong %s: %j', async (pointer, query) => {
      await expect(ask('admin')[name]({ query })).rejects.toMatchObject({
        code: 'invalid_query_param',
        details: { issues: [{ pointer }] },
      })
    })
  })

  it('analytics.stats, analytics.sources, analytics.eventTypes count all there is', async () => {
    const asking = ask('adminKey')
    expect(await asking.stats()).toEqual({ events_total: 7 })
    expect(await asking.sources()).toEqual({
      sources: [
        { source: 'gateway', count: 6 },
        { source: 'proxy', count: 1 },
      ],
    })
    expect(await asking.eventTypes()).toEqual({
      event_types: [
        { event_type: 'mcp.request', count: 6 },
        { event_type: 'mcp.gap', count: 1 },
      ],
    })
  })

  describe('analytics.summary', () => {
    const ofEvents = {
      total_events: 7,
      active_servers: 3,
      latest_source: 'gateway',
      last_event_type: 'mcp.gap',
      last_event_time: '2026-06-15T12:30:56.789Z',
    }

    it('counts what is in force: neither disabled nor revoked nor expired', async () => {
      const active = { active_grants: 1, active_sessions: 2, unavailable: [] }
      expect(await ask('admin').summary()).toEqual({ ...ofEvents, ...active })
    })

    it('says what it does not know, and tells the rest', async () => {
      expect(await ask('admin', { store: events.store }).summary()).toEqual({
        ...ofEvents,
        active_grants: null,
        active_sessions: null,
        unavailable: ['resources'],
      })
    })
  })

  describe('analytics.usage', () => {
    it('tells who calls what, what becomes of it, why not, and how long it takes', async () => {
      const usage = await ask('admin').usage()
      expect(usage.totals).toEqual({
        events: 5,
        allowed: 3,
        denied: 2,
        unique_servers: 3,
        unique_humans: 4,
        unique_agents: 1,
        unique_sessions: 2,
      })
      expect(usage.servers.map(({ server }) => server)).toEqual(['ledger', 'payments', 'search'])
      expect(usage.recent[0]).toEqual({
        timestamp: '2026-06-15T12:24:56.789Z',
        event_type: 'mcp.request',
        ...shared,
        team_id: 'team-z',
        agent_id: 'coder',
        session_id: 's-1',
        decision: 'allow',
        tool_name: 'refund',
      })
      expect(usage.refusals).toEqual([
        { reason: 'no_matching_grant', events: 1 },
        { reason: 'trust_too_low', events: 1 },
      ])
      expect(usage.latency.map(({ server, events: calls }) => [server, calls])).toEqual([
        ['ledger', 1],
        ['payments', 1],
        ['search', 1],
      ])
      expect(usage.latency[1]?.p99).toBeCloseTo(10, 0)
      expect(usage).toMatchObject({ window_days: 30, filters: { namespaces: [], team_ids: [] }, names: {} })
    })

    it.each<[object, number, object]>([
      [{ namespace: 'mcp-team-red' }, 2, { namespaces: ['mcp-team-red'] }],
      [{ namespace: 'mcp-team-red', team_id: 'team-z' }, 3, { team_ids: ['team-z'] }],
      [{ server: 'ledger' }, 2, { server: 'ledger' }],
      [{ status: 'deny' }, 2, { decision: 'deny' }],
      [{ outcome: 'deny', decision: 'deny' }, 2, { decision: 'deny' }],
      [{ tool: 'find' }, 0, { tool_name: 'find' }],
      [{ window_days: 1, limit: 50 }, 5, {}],
    ])('of some: %j', async (query, calls, filters) => {
      const usage = await ask('admin').usage({ query })
      expect(usage.totals.events).toBe(calls)
      expect(usage.recent).toHaveLength(calls)
      expect(usage.filters).toMatchObject(filters)
    })

    it('names users and teams where it can, and does without', async () => {
      const id = idOfCaller('owner')
      const asked: string[] = []
      const of = async (ids: readonly string[]) => {
        asked.push(...ids)
        return { [id]: 'owner@example.org' }
      }
      const engines = { store: events.store, accounts: { names: { of } } }
      expect((await ask('admin', engines).usage()).names).toEqual({ [id]: 'owner@example.org' })
      expect(asked).toEqual(expect.arrayContaining([id, 'team-z']))
      const failing = { names: { of: () => Promise.reject(new Error('away')) } }
      expect((await ask('admin', { store: events.store, accounts: failing }).usage()).names).toEqual({})
    })

    it.each<[string, object]>([
      ['limit', { limit: 51 }],
      ['window_days', { window_days: 366 }],
      ['window_days', { window_days: 0 }],
      ['status', { decision: 'allow', status: 'deny' }],
    ])('refuses a wrong %s: %j', async (pointer, query) => {
      await expect(ask('admin').usage({ query })).rejects.toMatchObject({
        code: 'invalid_query_param',
        details: { issues: [{ pointer }] },
      })
    })
  })

  describe('analytics.userUsage', () => {
    it.each([
      ['member', 'payments'],
      ['owner', 'payments'],
      ['readKey', 'payments'],
      ['otherOwner', 'ledger'],
    ])('tells %s of %s alone', async (key, server) => {
      const usage = await ask(key).userUsage()
      expect(usage.servers.map((one) => one.server)).toEqual([server])
      expect(usage.recent.every((one) => one.server === server)).toBe(true)
      expect(usage.latency.map((one) => one.server)).toEqual([server])
      expect(usage.totals.events).toBe(2)
      expect(usage.refusals).toHaveLength(1)
      expect(usage.tools.every((one) => one.server === server)).toBe(true)
    })

    it.each(['user', 'serviceKey', 'admin'])('is empty for %s, who is in no team', async (key) => {
      const usage = await ask(key, {}).userUsage()
      expect(usage.totals.events).toBe(0)
      expect(usage.filters).toEqual({ namespaces: [], team_ids: [] })
    })

    it.each(['mcp-team-blue', 'mcp-servers', 'nowhere'])('refuses the namespace %s', async (namespace) => {
      await expect(ask('owner').userUsage({ query: { namespace } })).rejects.toMatchObject({
        code: 'forbidden',
      })
    })

    it('takes no team', async () => {
      await expect(ask('owner').userUsage({ query: { team_id: 'team-z' } as never })).rejects.toMatchObject({
        code: 'invalid_query_param',
      })
    })
  })

  describe('analytics.serverEvents', () => {
    const asked = { query: { namespace: 'mcp-team-red', server: 'payments' } }

    it.each(['admin', 'adminKey', 'owner', 'readKey'])('tells %s', async (key) => {
      const { events: rows } = await ask(key).serverEvents(asked)
      expect(rows.map(({ decision }) => decision)).toEqual(['deny', 'allow'])
      expect(rows[0]).toHaveProperty('payload')
    })

    it('tells whoever published the server, of it alone', async () => {
      const published = { query: { namespace: 'mcp-team-red', server: 'published' } }
      expect(await ask('member').serverEvents(published)).toEqual({ events: [] })
    })

    it.each(['user', 'member', 'otherOwner', 'serviceKey'])('tells %s nothing', async (key) => {
      await expect(ask(key).serverEvents(asked)).rejects.toMatchObject({ status: 403, code: 'forbidden' })
    })

    it.each<[string, object]>([
      ['server', { namespace: 'a' }],
      ['namespace', { server: 'a' }],
      ['limit', { namespace: 'a', server: 'a', limit: 101 }],
      ['server', { namespace: 'a', server: '../b' }],
    ])('refuses a wrong %s: %j', async (pointer, query) => {
      await expect(ask('admin').serverEvents({ query } as never)).rejects.toMatchObject({
        code: 'invalid_query_param',
        details: { issues: [{ pointer }] },
      })
    })

    it('names the engine without which it cannot tell who published it', async () => {
      await expect(ask('member', { store: events.store }).serverEvents(asked)).rejects.toMatchObject({
        code: 'resources_unavailable',
      })
    })
  })

  const forAdmins = [
    'events',
    'filteredEvents',
    'stats',
    'sources',
    'eventTypes',
    'summary',
    'usage',
  ] as const
  it.each(forAdmins)('analytics.%s is for admins', async (name) => {
    for (const key of ['user', 'owner', 'serviceKey', 'readKey'])
      await expect(ask(key)[name]()).rejects.toMatchObject({ code: 'forbidden' })
  })

  describe('while the engine is stopped', () => {
    beforeAll(() => events.stop())

    it.each(forAdmins)('analytics.%s says so', async (name) => {
      await expect(ask('admin')[name]()).rejects.toMatchObject({
        status: 503,
        code: 'analytics_unavailable',
        retryAfterS: 5,
      })
    })

    it('analytics.userUsage and analytics.serverEvents say so', async () => {
      await expect(ask('owner').userUsage()).rejects.toMatchObject({ code: 'analytics_unavailable' })
      await expect(
        ask('owner').serverEvents({ query: { namespace: 'mcp-team-red', server: 'payments' } }),
      ).rejects.toMatchObject({ code: 'analytics_unavailable' })
    })
  })
})
