import { describe, expect, it } from 'vitest'
import { loginFailuresForgottenAfterMs } from '../accounts/login-throttle.ts'
import { refreshTokenMs } from '../accounts/refresh-tokens.ts'
import { sessionIdleMs } from '../accounts/sessions.ts'
import { actor, password, type Scene } from './world.ts'

const nothing = { sessions: 0, refreshTokens: 0, throttles: 0 }

export const describePruning = (scene: () => Scene): void => {
  describe('pruning', () => {
    it('leaves what still opens something, and what still counts', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const { token } = await world.sessions.start({ user }, actor)
      const { token: used } = await world.refreshTokens.issue(user, actor)
      await world.refreshTokens.rotate(used, actor)
      await expect(world.logins.byPassword('b@example.org', password, actor)).rejects.toThrow()
      expect(await world.prune()).toEqual(nothing)
      await world.sessions.verify(token)
      await expect(world.refreshTokens.rotate(used, actor)).rejects.toMatchObject({
        code: 'refresh_replayed',
      })
    })

    it('takes away what has ended, however it did', async () => {
      const { world } = scene()
      const user = await world.person('a')
      const { token } = await world.sessions.start({ user }, actor)
      await world.sessions.start({ user }, actor)
      await world.sessions.end(token, actor)
      const { family } = await world.refreshTokens.issue(user, actor)
      await world.refreshTokens.issue(user, actor)
      await world.refreshTokens.revokeFamily(family, actor)
      expect(await world.prune()).toEqual({ sessions: 1, refreshTokens: 1, throttles: 0 })
      await expect(world.logins.byPassword('b@example.org', password, actor)).rejects.toThrow()
      world.wait(Math.max(sessionIdleMs, loginFailuresForgottenAfterMs + 1))
      expect(await world.prune()).toEqual({ sessions: 1, refreshTokens: 0, throttles: 2 })
      world.wait(refreshTokenMs)
      expect(await world.prune()).toEqual({ sessions: 0, refreshTokens: 1, throttles: 0 })
    })

    it('takes more than a statement does', async () => {
      const { world, database } = scene()
      const user = await world.person('a')
      const ended = new Date(world.now())
      const rows = Array.from({ length: 2100 }, (_, at) => ({
        token_hash: `${at}`,
        user_id: user.id,
        key_id: null,
        service_key: null,
        created_at: ended,
        last_seen_at: ended,
        expires_at: ended,
        revoked_at: null,
        user_agent: null,
        client_ip: null,
      }))
      await database.db.insertInto('ui_sessions').values(rows).execute()
      expect((await world.prune()).sessions).toBe(rows.length)
    })
  })
}
