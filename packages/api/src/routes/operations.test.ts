import { WorkloadError } from '@mcp-sentinel/resources/workloads'
import { type App, createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { clientOf, clientWithKey } from '../contract-tests/asking.ts'
import { openPeople, type People } from '../contract-tests/people.ts'
import { type RememberedWorkloads, rememberedWorkloads } from '../contract-tests/remembered-workloads.ts'

let people: People
let workloads: RememberedWorkloads
/** With all engines: to make one takes longer than to ask it. */
let whole: App
beforeAll(async () => {
  people = await openPeople()
}, 60_000)
beforeEach(async () => {
  await people.reset()
  workloads = rememberedWorkloads(people.world.now)
  whole = apiOver({})
})
afterAll(() => people.close())

const apiOver = (engines: object) =>
  createApi({
    authenticate: people.authenticate,
    logger: createLogger({ service: 'api-test', level: 'silent' }),
    version: '1.2.3',
    clock: people.world.now,
    accounts: people.world,
    workloads,
    ...engines,
  }).app
const as = (key: string, engines?: object) =>
  clientWithKey(engines === undefined ? whole : apiOver(engines), key)
const away = () => workloads.fail(new WorkloadError('unavailable', 'secret place', { retryable: true }))

describe('operations', () => {
  it('operations.components tells of each', async () => {
    const { components } = await as('admin').operations.components()
    expect(components.map(({ key, status }) => [key, status])).toEqual([
      ['api', 'Ready'],
      ['ingest', 'Ready'],
      ['processor', 'Ready'],
    ])
  })

  describe('operations.restart', () => {
    it('restarts one or all, and writes it down', async () => {
      const { operations } = as('admin')
      expect(await operations.restart({ body: { component: 'ingest' } })).toEqual({
        success: true,
        component: 'ingest',
        components: ['ingest'],
      })
      expect(await operations.restart({ body: { all: true } })).toEqual({
        success: true,
        restarted: 'all',
        components: ['api', 'ingest', 'processor'],
      })
      expect(workloads.restarted).toEqual(['ingest', 'api', 'ingest', 'processor'])
      const by = { action: 'component_restart', user_id: people.idOf('admin') }
      expect(await people.audited()).toEqual([
        { ...by, resource: 'component/ingest' },
        { ...by, resource: 'component/all' },
      ])
    })

    it.each<[string, object]>([
      ['', {}],
      ['', { component: 'api', all: true }],
      ['/all', { all: false }],
      ['/component', { component: '' }],
      ['/component', { component: 'nothing' }],
      ['/force', { component: 'api', force: true }],
    ])('refuses what is wrong at %j: %j', async (pointer, body) => {
      await expect(as('admin').operations.restart({ body } as never)).rejects.toMatchObject({
        code: 'invalid_request_body',
        details: { issues: [{ pointer }] },
      })
      expect(workloads.restarted).toEqual([])
    })

    it('is refused while one is under way', async () => {
      workloads.fail(new WorkloadError('conflict', 'ingest is being restarted'))
      await expect(as('admin').operations.restart({ body: { component: 'ingest' } })).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(await people.audited()).toEqual([])
    })
  })

  describe('operations.namespaces', () => {
    it('tells which there are, and which should be', async () => {
      await workloads.namespaces.provision({ name: 'mcp-team-red', team: 'red' })
      const { namespaces, unavailable } = await as('admin').operations.namespaces()
      expect(namespaces.map(({ namespace, exists }) => [namespace, exists])).toEqual([
        ['mcp-team-blue', false],
        ['mcp-team-red', true],
        ['mcp-servers', false],
      ])
      expect(unavailable).toEqual([])
    })

    it.each(['is away', 'is not there'])('tells the rest where what runs them %s', async (how) => {
      away()
      const engines = how === 'is away' ? {} : { workloads: undefined }
      const { namespaces, unavailable } = await as('admin', engines).operations.namespaces()
      expect(namespaces.map(({ exists }) => exists)).toEqual([null, null, null])
      expect(unavailable).toEqual(['workloads'])
    })
  })

  describe('operations.audit and operations.snapshot', () => {
    beforeEach(async () => {
      const act = (name: string, action: string, more: object = {}) =>
        people.world.audit.record(
          { requestId: 'r-1', userId: people.idOf(name), address: '192.0.2.7', identity: 'session' },
          { action, resource: `thing/${action}`, ...more },
        )
      await act('owner', 'login')
      people.world.wait(4 * 3_600_000)
      await act('owner', 'image_publish', { imageRef: 'registry/red/it:1', namespace: 'mcp-team-red' })
      await act('member', 'login', { status: 'failure' })
      await act('admin', 'grant_apply', { before: { maxTrust: 'low' }, after: { maxTrust: 'high' } })
    })

    it('tell the newest first, with what it was and what it is', async () => {
      const { audit_logs } = await as('admin').operations.audit()
      expect(audit_logs.map(({ action, email }) => [action, email])).toEqual([
        ['grant_apply', 'admin@example.org'],
        ['login', 'member@example.org'],
        ['image_publish', 'owner@example.org'],
        ['login', 'owner@example.org'],
      ])
      expect(audit_logs[0]).toEqual({
        id: expect.stringMatching(/^\d+$/),
        user_id: people.idOf('admin'),
        email: 'admin@example.org',
        action: 'grant_apply',
        resource: 'thing/grant_apply',
        status: 'success',
        actor_ip: '192.0.2.7',
        request_id: 'r-1',
        source: 'ui',
        auth_identity: 'session',
        before: { maxTrust: 'low' },
        after: { maxTrust: 'high' },
        created_at: new Date(people.world.now()).toISOString(),
      })
    })

    it('of some', async () => {
      const begin = new Date(people.world.now()).toISOString()
      const cases: readonly [object, readonly string[]][] = [
        [{ limit: 2 }, ['grant_apply', 'login']],
        [{ user: people.idOf('owner') }, ['image_publish', 'login']],
        [{ user: 'Owner@example.org' }, ['image_publish', 'login']],
        [{ user: 'nobody@example.org' }, []],
        [{ since: begin }, ['grant_apply', 'login', 'image_publish']],
        [{ until: begin }, ['login']],
        [{ action: 'login' }, ['login', 'login']],
        [{ action: 'login', user: 'owner@example.org' }, ['login']],
        [{ since: begin, until: begin }, []],
        [{ since: '2026-05-31', until: '2026-06-01' }, []],
      ]
      for (const [query, actions] of cases) {
        const { audit_logs } = await as('admin').operations.audit({ query })
        expect(audit_logs.map(({ action }) => action)).toEqual(actions)
      }
    })

    it.each([1, 2, 3])(
      'operations.audit goes on by its cursor to the end, %i at a time, of which most are of one time',
      async (limit) => {
        const all = await as('admin').operations.audit()
        expect(all.next_cursor).toBeUndefined()
        const told: typeof all.audit_logs = []
        let cursor: string | undefined
        do {
          const page = await as('admin').operations.audit({
            query: { limit, ...(cursor === undefined ? {} : { cursor }) },
          })
          told.push(...page.audit_logs)
          cursor = page.next_cursor
        } while (cursor !== undefined)
        expect(told).toEqual(all.audit_logs)
      },
    )

    it('operations.audit goes on among those that the filters agree on, whatever came meanwhile', async () => {
      const query = { action: 'login', limit: 1 }
      const first = await as('admin').operations.audit({ query })
      await people.world.audit.record({ requestId: 'r-2' }, { action: 'login', resource: 'thing/new' })
      const { audit_logs, next_cursor } = await as('admin').operations.audit({
        query: { ...query, cursor: first.next_cursor ?? '' },
      })
      expect(audit_logs.map(({ email }) => email)).toEqual(['owner@example.org'])
      expect(next_cursor).toBeUndefined()
    })

    it('operations.snapshot leads on to operations.audit', async () => {
      const { next_cursor, images_next_cursor, audit_logs } = await as('admin').operations.snapshot({
        query: { limit: 3 },
      })
      expect([audit_logs.length, images_next_cursor]).toEqual([3, undefined])
      const rest = await as('admin').operations.audit({ query: { limit: 3, cursor: next_cursor ?? '' } })
      expect(rest.audit_logs.map(({ action, email }) => [action, email])).toEqual([
        ['login', 'owner@example.org'],
      ])
    })

    it.each([
      ['no base64', '%'],
      ['another shape', Buffer.from('1.2.3').toString('base64url')],
      ['no numbers', Buffer.from('a.b').toString('base64url')],
      ['more digits than there are', Buffer.from(`1.${'9'.repeat(19)}`).toString('base64url')],
      ['more than a cursor', 'x'.repeat(129)],
    ])('operations.audit refuses a cursor of %s', async (_, cursor) => {
      await expect(as('admin').operations.audit({ query: { cursor } })).rejects.toMatchObject({
        code: 'invalid_query_param',
        details: { issues: [{ pointer: 'cursor' }] },
      })
    })

    it('operations.audit takes no cursor from who may not read it', async () => {
      const { next_cursor = '' } = await as('admin').operations.audit({ query: { limit: 1 } })
      for (const key of ['user', 'owner', 'readKey', 'serviceKey'])
        await expect(as(key).operations.audit({ query: { cursor: next_cursor } })).rejects.toMatchObject({
          code: 'forbidden',
        })
    })

    it.each(['audit', 'snapshot'] as const)(
      'operations.%s refuses what it does not understand',
      async (name) => {
        const wrong: readonly [string, object][] = [
          ['limit', { limit: 0 }],
          ['limit', { limit: 201 }],
          ['since', { since: 'noon' }],
          ['until', { until: '2026-13-01' }],
          ['user', { user: '' }],
          name === 'audit' ? ['cursor', { cursor: 'guessed' }] : ['action', { action: 'login' }],
          ['page', { page: 2 }],
        ]
        for (const [pointer, query] of wrong)
          await expect(as('admin').operations[name]({ query })).rejects.toMatchObject({
            code: 'invalid_query_param',
            details: { issues: [{ pointer }] },
          })
      },
    )

    it('operations.snapshot tells of people, images and what runs, too', async () => {
      await workloads.deployments.apply({
        ...{ namespace: 'mcp-team-red', name: 'web', image: 'it', version: '1', port: 80, replicas: 1 },
        labels: {},
      })
      const until = new Date(people.world.now() + 1).toISOString()
      const told = await as('admin').operations.snapshot({ query: { until } })
      expect(told.filters).toEqual({ limit: 50, until })
      expect(told.users.map(({ email, last_login }) => [email, last_login])).toEqual([
        ['admin@example.org', undefined],
        ['member@example.org', undefined],
        ['owner@example.org', expect.stringMatching(/Z$/)],
        ['otherowner@example.org', undefined],
        ['user@example.org', undefined],
      ])
      expect(told.users[2]?.last_activity).not.toBe(told.users[2]?.last_login)
      expect(told.audit_logs).toHaveLength(4)
      expect(told.images).toMatchObject([{ image_ref: 'registry/red/it:1', namespace: 'mcp-team-red' }])
      expect(told.deployments).toMatchObject([{ name: 'web' }])
      expect(told.unavailable).toEqual([])
      const one = await as('admin').operations.snapshot({
        query: { user: 'member@example.org' },
      })
      expect(one.users.map(({ email }) => email)).toEqual(['member@example.org'])
    })

    it('operations.snapshot tells the rest where nothing says what runs', async () => {
      away()
      expect(await as('admin').operations.snapshot()).toMatchObject({
        deployments: [],
        unavailable: ['workloads'],
      })
    })
  })

  it('is for admins alone', async () => {
    const asks = (key: string) => {
      const { operations, deployments } = as(key)
      return [
        operations.components(),
        operations.restart({ body: { all: true } }),
        operations.namespaces(),
        operations.audit(),
        operations.snapshot(),
        deployments.all(),
      ]
    }
    for (const key of ['user', 'owner', 'member', 'readKey', 'serviceKey'])
      for (const asked of asks(key)) await expect(asked).rejects.toMatchObject({ code: 'forbidden' })
    expect(workloads.restarted).toEqual([])
    const { operations } = clientOf(whole)
    await expect(operations.audit()).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('says which engine is away', async () => {
    away()
    const told = { status: 503, code: 'workloads_unavailable', retryAfterS: 5 }
    await expect(as('admin').operations.components()).rejects.toMatchObject(told)
    await expect(as('admin').operations.restart({ body: { all: true } })).rejects.toMatchObject(told)
    for (const name of ['audit', 'snapshot', 'namespaces'] as const)
      await expect(as('admin', { accounts: undefined }).operations[name]()).rejects.toMatchObject({
        code: 'platform_unavailable',
      })
  })
})
