import { WorkloadError } from '@mcp-sentinel/resources/workloads'
import { type App, createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../api.ts'
import { clientOf, clientWithKey } from '../contract-tests/asking.ts'
import { openPeople, type People } from '../contract-tests/people.ts'
import { type RememberedWorkloads, rememberedWorkloads } from '../contract-tests/remembered-workloads.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
}, 60_000)
beforeEach(() => people.reset())
afterAll(() => people.close())

describe('teams', () => {
  let workloads: RememberedWorkloads
  /** With all engines: to make one takes longer than to ask it. */
  let whole: App
  beforeEach(() => {
    workloads = rememberedWorkloads(people.world.now)
    whole = apiOver({})
  })

  const apiOver = (engines: object) =>
    createApi({
      authenticate: people.authenticate,
      logger: createLogger({ service: 'api-test', level: 'silent' }),
      version: '1.2.3',
      accounts: people.world,
      workloads,
      ...engines,
    }).app
  const as = (key: string, engines?: object) =>
    clientWithKey(engines === undefined ? whole : apiOver(engines), key).teams
  const red = { params: { team: 'red' } }
  const ofRed = (name: string) => ({ params: { team: 'red', userID: people.idOf(name) } })

  it.each([
    ['admin', ['blue', 'red'], undefined],
    ['adminKey', ['blue', 'red'], undefined],
    ['owner', ['red'], 'owner'],
    ['readKey', ['red'], 'owner'],
    ['member', ['red'], 'member'],
    ['otherOwner', ['blue'], 'owner'],
    ['user', [], undefined],
    ['serviceKey', [], undefined],
  ])('teams.list tells %s of %j', async (key, slugs, role) => {
    const { teams } = await as(key).list()
    expect(teams.map(({ slug }) => slug)).toEqual(slugs)
    expect(teams.every((team) => team.role === role)).toBe(true)
  })

  describe('teams.create', () => {
    it('makes a team and its namespace, and writes it down', async () => {
      const { team, provisioned } = await as('admin').create({ body: { slug: 'green', name: 'Team green' } })
      expect(team).toEqual({
        id: expect.any(String),
        slug: 'green',
        name: 'Team green',
        namespace: 'mcp-team-green',
        created_at: '2026-06-01T08:00:00.000Z',
      })
      expect(provisioned).toBe(true)
      expect([...workloads.provisioned]).toEqual([['mcp-team-green', team.id]])
      expect(await people.audited()).toEqual([
        { action: 'team_create', resource: 'team/green', user_id: people.idOf('admin') },
      ])
    })

    it('makes the team where its namespace cannot be made now, which teams.provision mends', async () => {
      workloads.fail(new WorkloadError('unavailable', 'x', { retryable: true }))
      expect(await as('admin').create({ body: { slug: 'green', name: 'Green' } })).toMatchObject({
        provisioned: false,
      })
      const green = { params: { team: 'green' } }
      await expect(as('admin').provision(green)).rejects.toMatchObject({ code: 'workloads_unavailable' })
      workloads.fail(undefined)
      expect(await as('admin').provision(green)).toMatchObject({ provisioned: true })
      expect([...workloads.provisioned.keys()]).toEqual(['mcp-team-green'])
    })

    it('needs no cluster', async () => {
      const without = as('admin', { workloads: undefined })
      expect(await without.create({ body: { slug: 'green', name: 'G' } })).toMatchObject({
        provisioned: false,
      })
      await expect(without.provision(red)).rejects.toMatchObject({
        status: 503,
        code: 'workloads_unavailable',
      })
    })

    it('refuses a name that is or was taken', async () => {
      await expect(as('admin').create({ body: { slug: 'red', name: 'Red' } })).rejects.toMatchObject({
        status: 409,
        code: 'conflict',
      })
    })

    it.each([
      ['/slug', { slug: 'Green', name: 'G' }],
      ['/slug', { slug: '-', name: 'G' }],
      ['/slug', { slug: 'x'.repeat(55), name: 'G' }],
      ['/slug', { name: 'G' }],
      ['/name', { slug: 'green', name: '' }],
      ['/name', { slug: 'green', name: 'x'.repeat(101) }],
      ['/name', { slug: 'green', name: 'a\nb' }],
      ['/owner', { slug: 'green', name: 'G', owner: 'me' }],
    ])('refuses a wrong %s: %j', async (pointer, body) => {
      await expect(as('admin').create({ body } as never)).rejects.toMatchObject({
        code: 'invalid_request_body',
        details: { issues: [{ pointer }] },
      })
    })
  })

  describe.each([
    ['teams.get', 'get'],
    ['teams.members', 'members'],
  ] as const)('%s', (_, name) => {
    it.each(['admin', 'adminKey', 'owner', 'readKey', 'member'])('tells %s', async (key) => {
      const answer = await as(key)[name](red)
      if ('team' in answer) expect(answer.team.slug).toBe('red')
      else
        expect(answer.members).toEqual([
          { userID: people.idOf('member'), email: 'member@example.org', role: 'member' },
          { userID: people.idOf('owner'), email: 'owner@example.org', role: 'owner' },
        ])
    })

    it('tells others no more of one that is there than of one that is not', async () => {
      for (const key of ['user', 'otherOwner', 'serviceKey'])
        for (const team of ['red', 'nowhere'])
          await expect(as(key)[name]({ params: { team } })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(as('admin')[name]({ params: { team: 'nowhere' } })).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })

  it('teams.addMember takes somebody in, once', async () => {
    const request = { ...red, body: { userID: people.idOf('user') } }
    expect(await as('owner').addMember(request)).toEqual({
      membership: { userID: people.idOf('user'), email: 'user@example.org', role: 'member' },
    })
    expect((await as('user').list()).teams).toHaveLength(1)
    await expect(as('owner').addMember(request)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('teams.setMember gives a member another role, and takes in who is none', async () => {
    expect(await as('owner').setMember({ ...ofRed('member'), body: { role: 'owner' } })).toMatchObject({
      membership: { role: 'owner' },
    })
    expect(await as('admin').setMember({ ...ofRed('user'), body: { role: 'member' } })).toMatchObject({
      membership: { userID: people.idOf('user'), role: 'member' },
    })
    expect((await as('member').members(red)).members).toHaveLength(3)
  })

  it('teams.removeMember takes a member out, who sees nothing of the team any more', async () => {
    expect(await as('owner').removeMember(ofRed('member'))).toEqual({
      success: true,
      team: 'red',
      userID: people.idOf('member'),
    })
    await expect(as('member').get(red)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(as('owner').removeMember(ofRed('member'))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('teams.addUser makes somebody in the team, who is no admin', async () => {
    const body = { email: 'New@example.org', password: 'long enough', role: 'owner' as const }
    const { user, membership } = await as('owner').addUser({ ...red, body })
    expect(user).toEqual({
      id: membership.userID,
      email: 'new@example.org',
      role: 'user',
      namespace: 'mcp-team-red',
    })
    expect(membership.role).toBe('owner')
    await expect(as('owner').addUser({ ...red, body })).rejects.toMatchObject({ code: 'email_taken' })
    await expect(
      as('owner').addUser({ ...red, body: { email: 'b@example.org', password: 'short' } }),
    ).rejects.toMatchObject({ code: 'invalid_request_body', details: { issues: [{ pointer: '/password' }] } })
  })

  it('writes each change of a team down, with who made it', async () => {
    await as('owner').addMember({ ...red, body: { userID: people.idOf('user') } })
    await as('owner').setMember({ ...ofRed('user'), body: { role: 'owner' } })
    await as('admin').removeMember(ofRed('user'))
    const by = (name: string) => ({ resource: 'team/red', user_id: people.idOf(name) })
    expect(await people.audited()).toEqual([
      { action: 'team_member_add', ...by('owner') },
      { action: 'team_member_role', ...by('owner') },
      { action: 'team_member_remove', ...by('admin') },
    ])
  })

  const password = 'long enough'
  const changes = {
    addMember: (key: string, team: string) =>
      as(key).addMember({ params: { team }, body: { userID: people.idOf('user') } }),
    setMember: (key: string, team: string) =>
      as(key).setMember({ params: { team, userID: people.idOf('user') }, body: { role: 'owner' } }),
    removeMember: (key: string, team: string) =>
      as(key).removeMember({ params: { team, userID: people.idOf('member') } }),
    addUser: (key: string, team: string) =>
      as(key).addUser({ params: { team }, body: { email: 'new@example.org', password } }),
  } as const
  const names = Object.keys(changes) as (keyof typeof changes)[]

  it.each(names)('teams.%s is for owners of the team and admins', async (name) => {
    for (const key of ['user', 'member', 'otherOwner', 'serviceKey'])
      await expect(changes[name](key, 'red')).rejects.toMatchObject({ code: 'forbidden' })
    // No narrowed key reaches members.
    await expect(changes[name]('readKey', 'red')).rejects.toMatchObject({ code: 'scope_missing' })
    await expect(changes[name]('owner', 'blue')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(changes[name]('admin', 'nowhere')).rejects.toMatchObject({ code: 'not_found' })
    await expect(changes[name]('admin', 'No team')).rejects.toMatchObject({ code: 'invalid_path_param' })
    expect(await people.audited()).toEqual([])
  })

  it('teams.create and teams.provision are for admins', async () => {
    for (const key of ['user', 'owner', 'serviceKey', 'readKey']) {
      const green = as(key).create({ body: { slug: 'green', name: 'Green' } })
      await expect(green).rejects.toMatchObject({ code: 'forbidden' })
      await expect(as(key).provision(red)).rejects.toMatchObject({ code: 'forbidden' })
    }
    await expect(clientOf(whole).teams.list()).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it.each(['nobody', '00000000-0000-4000-8000-00000000dead'])('knows no user %s', async (userID) => {
    await expect(as('owner').addMember({ ...red, body: { userID } })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('says so without a database of accounts', async () => {
    const without = as('admin', { accounts: undefined })
    await expect(without.list()).rejects.toMatchObject({ status: 503, code: 'platform_unavailable' })
    await expect(without.get(red)).rejects.toMatchObject({ code: 'platform_unavailable' })
  })
})

describe('namespaces', () => {
  const as = (key: string, mode: 'tenant' | 'org' | 'public' = 'tenant') =>
    clientWithKey(
      createApi({
        authenticate: people.authenticate,
        logger: createLogger({ service: 'api-test', level: 'silent' }),
        version: '1.2.3',
        accounts: people.world,
        platform: { mode },
      }).app,
      key,
    ).namespaces
  const [red, blue, shared] = ['mcp-team-red', 'mcp-team-blue', 'mcp-servers']

  describe('namespaces.list', () => {
    it.each([
      ['admin', [blue, red, shared]],
      ['owner', [red, shared]],
      ['member', [red, shared]],
      ['otherOwner', [blue, shared]],
      ['user', [shared]],
      ['serviceKey', [shared]],
    ])('tells %s of %j', async (key, expected) => {
      const { namespaces } = await as(key).list()
      expect(namespaces.map(({ namespace }) => namespace)).toEqual(expected)
    })

    it('tells of the team, or of the catalogue', async () => {
      expect((await as('owner', 'org').list()).namespaces).toEqual([
        {
          namespace: red,
          is_shared: false,
          team_id: expect.any(String),
          team_slug: 'red',
          team_name: 'Team red',
          role: 'owner',
        },
        {
          namespace: shared,
          is_shared: true,
          is_public: false,
          scope: 'shared',
          scope_name: 'Shared catalogue',
        },
        {
          namespace: 'mcp-servers-org',
          is_shared: true,
          is_public: false,
          scope: 'org',
          scope_name: 'Organisation catalogue',
        },
      ])
      expect((await as('user', 'public').list()).namespaces[1]).toMatchObject({
        namespace: 'mcp-servers-public',
        is_public: true,
        scope: 'public',
      })
    })
  })

  describe('namespaces.get', () => {
    const get = (key: string, namespace: string, mode?: 'org' | 'public') =>
      as(key, mode).get({ params: { namespace } })

    it('tells of each that is listed', async () => {
      for (const key of ['admin', 'owner', 'user'])
        for (const entry of (await as(key, 'org').list()).namespaces)
          expect(await get(key, entry.namespace, 'org')).toEqual({ namespace: entry })
    })

    it('tells nothing of others, whether they are there or not', async () => {
      for (const namespace of [blue, 'nowhere', 'mcp-servers-org'])
        await expect(get('owner', namespace)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(get('admin', 'nowhere')).rejects.toMatchObject({ code: 'not_found' })
      await expect(get('admin', 'No where')).rejects.toMatchObject({ code: 'invalid_path_param' })
    })
  })
})
