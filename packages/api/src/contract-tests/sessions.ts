import { describe, expect, it } from 'vitest'
import { createRefreshTokens, refreshFamilyMs, refreshTokenMs } from '../accounts/refresh-tokens.ts'
import { sessionIdleMs, sessionMaxMs } from '../accounts/sessions.ts'
import { randomIds } from '../accounts.ts'
import { actor, type Scene } from './world.ts'

export const describeSessions = (scene: () => Scene): void => {
  describe('sessions', () => {
    it('end when nobody uses them, and at their end whoever does', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const idle = await world.sessions.start({ user }, actor)
      const busy = await world.sessions.start({ user }, actor)
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
      const { world, database } = scene()
      const user = await world.person('a')
      const [one, two, three] = [
        await world.sessions.start({ user }, actor),
        await world.sessions.start({ user }, actor),
        await world.sessions.start({ user }, actor),
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
      const { world } = scene()
      const user = await world.person('a')
      const { token } = await world.sessions.start({ user }, actor)
      const { token: refresh } = await world.refreshTokens.issue(user, actor)
      await world.users.setPassword(user.id, 'another password', actor)
      await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      await expect(world.refreshTokens.rotate(refresh, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('of a key end with it, and may what it may', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const open = async (more: { expiresAt?: number } = {}) => {
        const { key } = await world.keys.create(user.id, { name: 'ci', scopes: ['read'], ...more }, actor)
        return {
          key,
          ...(await world.sessions.start({ user, key: { id: key.id, scopes: key.scopes } }, actor)),
        }
      }
      const [short, revoked] = [await open({ expiresAt: world.now() + 1000 }), await open()]
      expect(await world.sessions.verify(short.token)).toMatchObject({
        user,
        key: { id: short.key.id, scopes: ['read'], expiresAt: world.now() + 1000 },
        expiresAt: world.now() + 1000,
      })
      world.wait(1000)
      await expect(world.sessions.verify(short.token)).rejects.toMatchObject({ code: 'session_invalid' })
      await world.sessions.verify(revoked.token)
      await world.keys.revoke(user.id, revoked.key.id, actor)
      await expect(world.sessions.verify(revoked.token)).rejects.toMatchObject({ code: 'session_invalid' })
    })

    it('may be nobody’s, of a service key', async () => {
      const { world } = scene()
      const { token } = await world.sessions.start({ serviceKey: 'key-0' }, actor)
      expect(await world.sessions.verify(token)).toMatchObject({ user: undefined, serviceKey: 'key-0' })
      await world.sessions.end(token, actor)
      expect(await world.audited()).toMatchObject([{ action: 'logout', resource: 'service_key/key-0' }])
    })
  })

  describe('refresh tokens', () => {
    it('name their family, which has a holder until it is revoked', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const { token, family } = await world.refreshTokens.issue(user, actor)
      expect((await world.refreshTokens.rotate(token, actor)).family).toBe(family)
      expect(await world.refreshTokens.holder(family)).toEqual(user)
      await world.refreshTokens.revokeFamily(family, actor)
      await world.refreshTokens.revokeFamily(family, actor)
      await world.refreshTokens.revokeFamily('no family', actor)
      for (const unknown of [family, 'no family', '00000000-0000-4000-8000-000000000000'])
        await expect(world.refreshTokens.holder(unknown)).rejects.toMatchObject({ code: 'session_invalid' })
      expect(await world.audited()).toMatchObject([{ action: 'refresh_revoke' }])
      const other = await world.refreshTokens.issue(user, actor)
      await world.users.remove(user.id, actor)
      await expect(world.refreshTokens.holder(other.family)).rejects.toMatchObject({
        code: 'session_invalid',
      })
    })

    it('rotate, and revoke their family when one of them comes twice', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const { token: first } = await world.refreshTokens.issue(user, actor)
      const { token: other } = await world.refreshTokens.issue(user, actor)
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
      const { world } = scene()
      const user = await world.person('a')
      const { token: first } = await world.refreshTokens.issue(user, actor)
      const both = await Promise.allSettled([1, 2].map(() => world.refreshTokens.rotate(first, actor)))
      const [won] = both.filter((one) => one.status === 'fulfilled')
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await expect(world.refreshTokens.rotate(won?.value.token ?? '', actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('end by themselves, and with their family', async () => {
      const { world } = scene()
      const user = await world.person('a')
      let { token } = await world.refreshTokens.issue(user, actor)
      for (let waited = 0; waited + refreshTokenMs <= refreshFamilyMs; waited += refreshTokenMs - 1) {
        world.wait(refreshTokenMs - 1)
        token = (await world.refreshTokens.rotate(token, actor)).token
      }
      world.wait(refreshTokenMs - 1)
      await expect(world.refreshTokens.rotate(token, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      const { token: unused } = await world.refreshTokens.issue(user, actor)
      world.wait(refreshTokenMs)
      await expect(world.refreshTokens.rotate(unused, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('are revoked with their family at a logout', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const { token: first } = await world.refreshTokens.issue(user, actor)
      const { token } = await world.refreshTokens.rotate(first, actor)
      await world.refreshTokens.revoke(first, actor)
      await expect(world.refreshTokens.rotate(token, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
      await world.refreshTokens.revoke('nothing', actor)
    })

    it('leave the old one as it was when the next cannot be written', async () => {
      const { world, database } = scene()
      const user = await world.person('a')
      const { token: first } = await world.refreshTokens.issue(user, actor)
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
