import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditPlace } from '../accounts/audit-trail.ts'
import { describeLogins } from './logins.ts'
import { describePruning } from './pruning.ts'
import { describeSeeds } from './seeds.ts'
import { describeSessions } from './sessions.ts'
import { describeStoredKeys } from './stored-keys.ts'
import type { OpenTestDatabase, TestDatabase } from './test-databases.ts'
import { actor, createWorld, type World } from './world.ts'

/** What accounts promise on every engine. */
export const describeAccounts = (open: OpenTestDatabase): void => {
  let database: TestDatabase
  let world: World
  beforeAll(async () => {
    database = await open()
    await database.migrate()
  }, 60_000)
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.clear()
    world = createWorld(database)
  })

  const scene = () => ({ world, database })
  describeLogins(scene)
  describeSessions(scene)
  describeStoredKeys(scene)
  describePruning(scene)
  describeSeeds(scene)

  describe('users', () => {
    it.each([
      '',
      'a',
      '@example.org',
      'a@127.0.0.1',
      'a@-b.org',
      'a b@example.org',
      `${'x'.repeat(250)}@b.org`,
      'a@b@c.org',
      'a\0@b.org',
    ])('do not have %j for an address', async (email) => {
      const made = world.users.create({ email, password: 'long enough' }, actor)
      await expect(made).rejects.toMatchObject({ code: 'email_invalid' })
    })

    it('have an address once, however it is written, also when they come at once', async () => {
      const made = await Promise.allSettled(
        ['a@example.org', 'A@Example.org', ' a@example.org'].map((email) =>
          world.users.create({ email, password: 'long enough' }, actor),
        ),
      )
      expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
      for (const one of made)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'email_taken' })
    })

    it('never lose their last admin, also when two go at once', async () => {
      const [a, b] = [await world.person('a', 'admin'), await world.person('b', 'admin')]
      const gone = await Promise.allSettled([
        world.users.remove(a.id, actor),
        world.users.setRole(b.id, 'user', actor),
      ])
      expect(gone.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(gone.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'last_admin' },
      })
    })

    it('take their keys, sessions and memberships along', async () => {
      const user = await world.person('a')
      await world.teams.create({ slug: 'red', name: 'Red' }, actor)
      await world.teams.addMember('red', user.id, 'owner', actor)
      const { secret } = await world.keys.create(user.id, { name: 'ci' }, actor)
      const { token } = await world.sessions.start({ user }, actor)
      const { token: refresh } = await world.refreshTokens.issue(user, actor)
      await world.users.remove(user.id, actor)
      await expect(world.keys.verify(secret)).rejects.toMatchObject({ code: 'key_unknown' })
      await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      await expect(world.refreshTokens.rotate(refresh, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      expect(await world.teams.members('red')).toEqual([])
      await expect(world.users.get(user.id)).rejects.toMatchObject({ code: 'user_not_found' })
    })

    it('are listed by their address, page by page, with the namespace of their first team', async () => {
      const [b, a] = [await world.person('b'), await world.person('a', 'admin')]
      await world.users.remove((await world.person('gone')).id, actor)
      for (const slug of ['red', 'blue']) {
        await world.teams.create({ slug, name: slug }, actor)
        await world.teams.addMember(slug, b.id, 'member', actor)
      }
      const createdAt = new Date(world.now())
      expect(await world.users.list({ limit: 1 })).toEqual([{ ...a, createdAt, namespace: undefined }])
      expect(await world.users.list({ limit: 9, after: a.email })).toEqual([
        { ...b, createdAt, namespace: 'mcp-team-blue' },
      ])
    })

    it.each(['', 'nobody', '00000000-0000-4000-8000-000000000000', "' OR true --"])(
      'are not found by %j',
      async (id) => {
        await expect(world.users.get(id)).rejects.toMatchObject({ code: 'user_not_found' })
      },
    )
  })

  describe('teams', () => {
    it('have members with roles, and a past in the audit log', async () => {
      const user = await world.person('a')
      const team = await world.teams.create({ slug: 'red', name: ' Red ' }, actor)
      expect(team).toMatchObject({ slug: 'red', name: 'Red', namespace: 'mcp-team-red' })
      await world.teams.addMember('red', user.id, 'member', actor)
      await world.teams.setRole('red', user.id, 'owner', actor)
      expect(await world.teams.ofUser(user.id)).toEqual([{ ...team, role: 'owner' }])
      await world.teams.removeMember('red', user.id, actor)
      expect(await world.teams.ofUser(user.id)).toEqual([])
      await world.teams.addMember('red', user.id, 'member', actor)
      expect(await world.teams.members('red')).toEqual([
        { userId: user.id, email: 'a@example.org', role: 'member' },
      ])
      const [changed] = await database.db
        .selectFrom('audit_logs')
        .selectAll()
        .where('action', '=', 'team_member_role')
        .execute()
      expect(changed).toMatchObject({
        resource: 'team/red',
        namespace: 'mcp-team-red',
        request_id: 'req-1',
        actor_ip: '192.0.2.1',
        before: { role: 'member' },
        after: { role: 'owner' },
      })
    })

    const wrong: readonly [string, string, (w: World, userId: string) => Promise<unknown>][] = [
      [
        'a slug of another alphabet',
        'team_slug_invalid',
        (w) => w.teams.create({ slug: 'Red', name: 'x' }, actor),
      ],
      [
        'a slug that is too long for a namespace',
        'team_slug_invalid',
        (w) => w.teams.create({ slug: 'x'.repeat(55), name: 'x' }, actor),
      ],
      ['a slug that is taken', 'team_slug_taken', (w) => w.teams.create({ slug: 'red', name: 'x' }, actor)],
      ['no name', 'name_invalid', (w) => w.teams.create({ slug: 'blue', name: ' ' }, actor)],
      [
        'a name that turns around what is read',
        'name_invalid',
        (w) => w.teams.create({ slug: 'blue', name: 'a\u202eb' }, actor),
      ],
      [
        'a team that is not there',
        'team_not_found',
        (w, id) => w.teams.addMember('blue', id, 'member', actor),
      ],
      ['a team that could not be', 'team_not_found', (w) => w.teams.members('\0')],
      ['a user that is not there', 'user_not_found', (w) => w.teams.addMember('red', 'x', 'member', actor)],
      ['a member twice', 'membership_taken', (w, id) => w.teams.addMember('red', id, 'owner', actor)],
      ['a role of no member', 'membership_not_found', (w) => w.teams.setRole('red', 'x', 'owner', actor)],
    ]
    it.each(wrong)('refuse %s (%s)', async (_, code, act) => {
      const user = await world.person('a')
      await world.teams.create({ slug: 'red', name: 'Red' }, actor)
      await world.teams.addMember('red', user.id, 'member', actor)
      const before = await world.audited()
      await expect(act(world, user.id)).rejects.toMatchObject({ name: 'AccountError', code })
      expect(await world.audited()).toEqual(before)
    })
  })

  describe('the audit log', () => {
    it('is told page by page, also between two milliseconds and among entries of one time', async () => {
      for (const us of [0, 1, 1, 1, 2, 999, 1000])
        await database.db
          .insertInto('audit_logs')
          .values({
            action: String(us),
            created_at: sql<Date>`timestamptz '2026-05-01T00:00:00Z' + ${us}::int * interval '1 microsecond'`,
          } as never)
          .execute()
      for (const limit of [1, 2, 3, 7]) {
        const told: string[] = []
        let before: AuditPlace | undefined
        do {
          const { entries, end } = await world.auditTrail.list({ limit, before })
          told.push(...entries.map(({ action }) => action))
          before = end
        } while (before !== undefined)
        expect(told).toEqual(['1000', '999', '2', '1', '1', '1', '0'])
      }
    })

    it('takes whatever was said elsewhere, and keeps what can be kept of it', async () => {
      const after = { name: 'a\0b\ud800c', tools: ['\ud83d\ude00', 1, null] }
      await world.audit.record({ ...actor, identity: 'session' }, { action: 'x', resource: 'y', after })
      const row = await database.db.selectFrom('audit_logs').selectAll().executeTakeFirstOrThrow()
      expect(row).toMatchObject({
        after: { name: 'a\ufffdb\ufffdc', tools: ['\ud83d\ude00', 1, null] },
        source: 'ui',
        status: 'success',
      })
    })
  })
}
