import { WorkloadError } from '@mcp-sentinel/resources/workloads'
import { type App, createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { clientWithKey } from '../contract-tests/asking.ts'
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

describe('deployments', () => {
  const web = { name: 'web', image: 'registry.example.org/red/web', version: '1.0' }
  const red = { namespace: 'mcp-team-red', name: 'web' }
  const apply = (key: string, body: object = {}, engines: object = {}) =>
    as(key, engines).deployments.apply({ body: { ...web, ...body } })
  const names = async (key: string, query = {}) =>
    (await as(key).deployments.list({ query })).deployments.map(
      ({ namespace, name }) => `${namespace}/${name}`,
    )

  it('deployments.apply runs an image in the namespace of the team, and writes it down', async () => {
    const { deployment } = await apply('member')
    expect(deployment).toEqual({
      name: 'web',
      namespace: 'mcp-team-red',
      replicas: 1,
      ready: 0,
      image: 'registry.example.org/red/web:1.0',
      user_id: people.idOf('member'),
      created_by: people.idOf('member'),
      labels: {
        'platform.mcpruntime.org/user-id': people.idOf('member'),
        'platform.mcpruntime.org/created-by': people.idOf('member'),
      },
      created_at: new Date(people.world.now()).toISOString(),
    })
    expect(await people.audited()).toEqual([
      { action: 'deployment_apply', resource: 'deployment/web', user_id: people.idOf('member') },
    ])
  })

  it('deployments.apply leaves it to whom it belongs, whoever changes it', async () => {
    await apply('member')
    const { deployment } = await apply('owner', { version: '2', replicas: 3 })
    expect(deployment).toMatchObject({ user_id: people.idOf('member'), replicas: 3 })
    expect(deployment.image).toBe('registry.example.org/red/web:2')
    await apply('owner', { name: 'other' })
    await expect(apply('member', { name: 'other' })).rejects.toMatchObject({ code: 'forbidden' })
  })

  it.each([
    ['user', 'mcp-team-red'],
    ['otherOwner', 'mcp-team-red'],
    ['owner', 'mcp-team-blue'],
    ['owner', 'mcp-servers'],
    ['owner', 'kube-system'],
    ['serviceKey', 'mcp-team-red'],
  ])('deployments.apply refuses %s in %s', async (key, namespace) => {
    await expect(apply(key, { namespace })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await workloads.deployments.list()).toEqual([])
  })

  it('deployments.apply takes images of tenants from below their name alone', async () => {
    const engines = { platform: { registryHost: 'registry.example.org' } }
    for (const image of [
      'registry.example.org/blue/web',
      'registry.example.org/redder/web',
      'docker.io/red/web',
    ])
      await expect(apply('owner', { image }, engines)).rejects.toMatchObject({
        code: 'forbidden',
        details: { issues: [{ pointer: '/image' }] },
      })
    for (const image of ['registry.example.org/red/web', 'registry.example.org/mcp-team-red/web'])
      await apply('owner', { image }, engines)
    await apply('admin', { image: 'docker.io/any', namespace: 'mcp-team-red' }, engines)
  })

  it.each<[string, object]>([
    ['/name', { name: 'Web' }],
    ['/image', { image: 'it@sha256:0' }],
    ['/version', { version: '-' }],
    ['/port', { port: 0 }],
    ['/port', { port: 65536 }],
    ['/replicas', { replicas: 21 }],
    ['/replicas', { replicas: -1 }],
    ['/namespace', { namespace: '../x' }],
    ['/command', { command: 'sh' }],
  ])('deployments.apply refuses a wrong %s: %j', async (pointer, body) => {
    await expect(apply('owner', body)).rejects.toMatchObject({
      code: 'invalid_request_body',
      details: { issues: [{ pointer }] },
    })
  })

  it('deployments.apply needs a namespace from who is in no team', async () => {
    await expect(apply('user')).rejects.toMatchObject({
      code: 'invalid_request_body',
      details: { issues: [{ pointer: '/namespace' }] },
    })
  })

  it('deployments.list and deployments.all tell each of what is theirs', async () => {
    await apply('member')
    await apply('otherOwner', { name: 'ledger' })
    expect(await names('owner')).toEqual(['mcp-team-red/web'])
    expect(await names('readKey', { namespace: 'mcp-team-red' })).toEqual(['mcp-team-red/web'])
    expect(await names('otherOwner')).toEqual(['mcp-team-blue/ledger'])
    expect([await names('user'), await names('serviceKey')]).toEqual([[], []])
    for (const namespace of ['mcp-team-blue', 'mcp-servers', 'nowhere'])
      await expect(names('owner', { namespace })).rejects.toMatchObject({ code: 'forbidden' })
    const { all } = as('admin').deployments
    expect((await all()).deployments).toHaveLength(2)
    expect((await all({ query: { namespace: 'mcp-team-blue' } })).deployments).toHaveLength(1)
  })

  describe('deployments.remove', () => {
    it.each(['member', 'owner', 'admin', 'adminKey'])('is for %s', async (key) => {
      await apply('member')
      expect(await as(key).deployments.remove({ params: red })).toEqual({ success: true, ...red })
      expect(await workloads.deployments.list()).toEqual([])
      expect((await people.audited()).at(-1)).toMatchObject({ action: 'deployment_delete' })
      await expect(as('owner').deployments.remove({ params: red })).rejects.toMatchObject({
        code: 'not_found',
      })
    })

    it('is not for others', async () => {
      await apply('owner')
      for (const key of ['user', 'member', 'otherOwner', 'serviceKey'])
        await expect(as(key).deployments.remove({ params: red })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(as('readKey').deployments.remove({ params: red })).rejects.toMatchObject({
        code: 'scope_missing',
      })
      expect(await workloads.deployments.list()).toHaveLength(1)
    })

    it('is not for who has left the team, though it was theirs', async () => {
      await apply('member')
      await people.world.teams.removeMember('red', people.idOf('member'), { requestId: 'r' })
      await expect(as('member').deployments.remove({ params: red })).rejects.toMatchObject({
        code: 'forbidden',
      })
    })
  })

  it.each([
    ['unsupported', 409],
    ['unavailable', 503],
  ] as const)('says so where there is nothing to run it: %s', async (code, status) => {
    workloads.fail(new WorkloadError(code, 'not here'))
    await expect(apply('owner')).rejects.toMatchObject({ status })
    await expect(names('owner')).rejects.toMatchObject({ status })
    const without = as('owner', { workloads: undefined }).deployments
    await expect(without.list()).rejects.toMatchObject({ code: 'workloads_unavailable' })
  })
})
