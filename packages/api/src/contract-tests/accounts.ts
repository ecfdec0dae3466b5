import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRefreshTokens, refreshFamilyMs, refreshTokenMs } from '../accounts/refresh-tokens.ts'
import { sessionIdleMs, sessionMaxMs } from '../accounts/sessions.ts'
import { keyUsedEveryMs, userKeysMax } from '../accounts/user-keys.ts'
import { randomIds } from '../accounts.ts'
import { describeLogins } from './logins.ts'
import type { OpenTestDatabase, TestDatabase } from './test-databases.ts'
import { actor, createWorld, type World } from './world.ts'

const minuteMs = 60_000

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
    await sql`TRUNCATE users, teams, namespaces, login_throttles, audit_logs CASCADE`.execute(database.db)
    world = createWorld(database)
  })

  describeLogins(() => ({ world, database }))

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
      const { token } = await world.sessions.start(user, actor)
      const refresh = await world.refreshTokens.issue(user, actor)
      await world.users.remove(user.id, actor)
      await expect(world.keys.verify(secret)).rejects.toMatchObject({ code: 'key_unknown' })
      await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      await expect(world.refreshTokens.rotate(refresh, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      expect(await world.teams.members('red')).toEqual([])
      await expect(world.users.get(user.id)).rejects.toMatchObject({ code: 'user_not_found' })
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

  describe('keys', () => {
    it('are told once, stored as a digest, and known again by their beginning', async () => {
      const user = await world.person('a')
      const { key, secret } = await world.keys.create(user.id, { name: 'ci', scopes: ['read'] }, actor)
      expect(secret).toMatch(/^mcpu_[\w-]{43}$/)
      expect(key).toMatchObject({
        id: expect.stringMatching(/^uk_/),
        prefix: secret.slice(0, 8),
        scopes: ['read'],
      })
      expect(await world.keys.verify(secret)).toEqual({ keyId: key.id, user, scopes: ['read'] })
      const everything = JSON.stringify([
        await database.db.selectFrom('api_keys').selectAll().execute(),
        await database.db.selectFrom('audit_logs').selectAll().execute(),
      ])
      expect(everything).not.toContain(secret.slice(9))
    })

    it('write down their use now and then', async () => {
      const user = await world.person('a')
      const { secret } = await world.keys.create(user.id, { name: 'ci' }, actor)
      const usedAt = async () => (await world.keys.list(user.id))[0]?.lastUsedAt?.getTime()
      const first = world.now()
      await world.keys.verify(secret)
      world.wait(keyUsedEveryMs - 1)
      await world.keys.verify(secret)
      expect(await usedAt()).toBe(first)
      world.wait(1)
      await world.keys.verify(secret)
      expect(await usedAt()).toBe(first + keyUsedEveryMs)
    })

    it('end when they said they would, and when they are revoked', async () => {
      const user = await world.person('a')
      const short = await world.keys.create(user.id, { name: 'a', expiresAt: world.now() + minuteMs }, actor)
      const other = await world.keys.create(user.id, { name: 'b' }, actor)
      world.wait(minuteMs - 1)
      await world.keys.verify(short.secret)
      world.wait(1)
      await expect(world.keys.verify(short.secret)).rejects.toMatchObject({ code: 'key_expired' })
      const revoked = await world.keys.revoke(user.id, other.key.id, actor)
      expect(revoked.revokedAt?.getTime()).toBe(world.now())
      world.wait(minuteMs)
      expect(await world.keys.revoke(user.id, other.key.id, actor)).toEqual(revoked)
      await expect(world.keys.verify(other.secret)).rejects.toMatchObject({ code: 'key_revoked' })
    })

    it('are nobody else’s to see or revoke', async () => {
      const [a, b] = [await world.person('a'), await world.person('b')]
      const { key, secret } = await world.keys.create(a.id, { name: 'ci' }, actor)
      expect(await world.keys.list(b.id)).toEqual([])
      await expect(world.keys.revoke(b.id, key.id, actor)).rejects.toMatchObject({ code: 'key_not_found' })
      await world.keys.verify(secret)
    })

    it('are so many and no more, also when they come at once', async () => {
      const user = await world.person('a')
      const made = await Promise.allSettled(
        Array.from({ length: userKeysMax + 3 }, () => world.keys.create(user.id, { name: 'x' }, actor)),
      )
      expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(userKeysMax)
    })

    it.each([
      ['an empty one', ''],
      ['a beginning', 'mcpu_'],
      ['a guess', `mcpu_${'a'.repeat(43)}`],
      ['a megabyte', 'x'.repeat(1024 * 1024)],
      ['what no text may hold', '\0'],
    ])('know none that is %s', async (_, secret) => {
      await expect(world.keys.verify(secret)).rejects.toMatchObject({ code: 'key_unknown' })
    })

    const wrong: readonly [string, object][] = [
      ['name_invalid', { name: '' }],
      ['name_invalid', { name: 'x'.repeat(101) }],
      ['key_scope_unknown', { name: 'x', scopes: ['everything'] }],
      ['key_expiry_invalid', { name: 'x', expiresAt: 1 }],
      ['key_expiry_invalid', { name: 'x', expiresAt: Number.POSITIVE_INFINITY }],
    ]
    it.each(wrong)('%s: %j', async (code, key) => {
      const user = await world.person('a')
      await expect(world.keys.create(user.id, key as never, actor)).rejects.toMatchObject({ code })
    })
  })

  describe('sessions', () => {
    it('end when nobody uses them, and at their end whoever does', async () => {
      const user = await world.person('a')
      const idle = await world.sessions.start(user, actor)
      const busy = await world.sessions.start(user, actor)
      expect(idle.token).toMatch(/^[\w-]{43}$/)
      for (let waited = 0; waited < sessionIdleMs; waited += sessionIdleMs / 4) {
        expect((await world.sessions.verify(busy.token)).user).toEqual(user)
        world.wait(sessionIdleMs / 4)
      }
      await expect(world.sessions.verify(idle.token)).rejects.toMatchObject({ code: 'session_invalid' })
      for (let waited = sessionIdleMs; waited < sessionMaxMs; waited += sessionIdleMs / 2) {
        await world.sessions.verify(busy.token)
        world.wait(sessionIdleMs / 2)
      }
      await expect(world.sessions.verify(busy.token)).rejects.toMatchObject({ code: 'session_invalid' })
    })

    it('are stored as a digest, and end one by one or all at once', async () => {
      const user = await world.person('a')
      const [one, two, three] = [
        await world.sessions.start(user, actor),
        await world.sessions.start(user, actor),
        await world.sessions.start(user, actor),
      ]
      const rows = JSON.stringify(await database.db.selectFrom('ui_sessions').selectAll().execute())
      expect(rows).not.toContain(one.token)
      await world.sessions.end(one.token, actor)
      await world.sessions.end(one.token, actor)
      await expect(world.sessions.verify(one.token)).rejects.toMatchObject({ code: 'session_invalid' })
      await world.sessions.verify(two.token)
      await world.sessions.endAll(user.id, actor)
      for (const { token } of [two, three])
        await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      expect(await world.audited()).toMatchObject([{ action: 'logout' }, { action: 'logout_everywhere' }])
    })

    it('end with the password that opened them', async () => {
      const user = await world.person('a')
      const { token } = await world.sessions.start(user, actor)
      const refresh = await world.refreshTokens.issue(user, actor)
      await world.users.setPassword(user.id, 'another password', actor)
      await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      await expect(world.refreshTokens.rotate(refresh, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })
  })

  describe('refresh tokens', () => {
    it('rotate, and revoke their family when one of them comes twice', async () => {
      const user = await world.person('a')
      const first = await world.refreshTokens.issue(user, actor)
      const other = await world.refreshTokens.issue(user, actor)
      const second = await world.refreshTokens.rotate(first, actor)
      expect(second.user).toEqual(user)
      const third = await world.refreshTokens.rotate(second.token, actor)
      await expect(world.refreshTokens.rotate(first, actor)).rejects.toMatchObject({
        code: 'refresh_replayed',
      })
      for (const token of [first, second.token, third.token])
        await expect(world.refreshTokens.rotate(token, actor)).rejects.toMatchObject({
          code: 'refresh_invalid',
        })
      await world.refreshTokens.rotate(other, actor)
      expect(await world.audited()).toMatchObject([{ action: 'refresh_replay', status: 'failure' }])
    })

    it('of two that use one at once, at most one gets the next, and it is worth nothing', async () => {
      const user = await world.person('a')
      const first = await world.refreshTokens.issue(user, actor)
      const both = await Promise.allSettled([1, 2].map(() => world.refreshTokens.rotate(first, actor)))
      const [won] = both.filter((one) => one.status === 'fulfilled')
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await expect(world.refreshTokens.rotate(won?.value.token ?? '', actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('end by themselves, and with their family', async () => {
      const user = await world.person('a')
      let token = await world.refreshTokens.issue(user, actor)
      for (let waited = 0; waited + refreshTokenMs <= refreshFamilyMs; waited += refreshTokenMs - 1) {
        world.wait(refreshTokenMs - 1)
        token = (await world.refreshTokens.rotate(token, actor)).token
      }
      world.wait(refreshTokenMs - 1)
      await expect(world.refreshTokens.rotate(token, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      const unused = await world.refreshTokens.issue(user, actor)
      world.wait(refreshTokenMs)
      await expect(world.refreshTokens.rotate(unused, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('are revoked with their family at a logout', async () => {
      const user = await world.person('a')
      const first = await world.refreshTokens.issue(user, actor)
      const { token } = await world.refreshTokens.rotate(first, actor)
      await world.refreshTokens.revoke(first, actor)
      await expect(world.refreshTokens.rotate(token, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      await world.refreshTokens.revoke('nothing', actor)
    })

    it('leave the old one as it was when the next cannot be written', async () => {
      const user = await world.person('a')
      const first = await world.refreshTokens.issue(user, actor)
      const failing = createRefreshTokens({
        db: database.db,
        clock: world.now,
        ids: { ...randomIds, uuid: () => 'no uuid' },
      })
      await expect(failing.rotate(first, actor)).rejects.toThrow()
      await world.refreshTokens.rotate(first, actor)
    })
  })
}
