import * as bcrypt from '@node-rs/bcrypt'
import { describe, expect, it } from 'vitest'
import {
  loginBlockFirstS,
  loginBlockMaxS,
  loginFailuresForgottenAfterMs,
  loginFailuresFree,
  signupsFree,
} from '../accounts/login-throttle.ts'
import { actor, password, type Scene } from './world.ts'

const outcomeOf = (login: Promise<unknown>): Promise<unknown> =>
  login.then(
    () => 'in',
    ({ code, message, details }) => ({ code, message, details }),
  )

export const describeLogins = (scene: () => Scene): void => {
  const email = 'a@example.org'
  const from = (address: string) => ({ ...actor, address })

  describe('logins by password', () => {
    it('open the account, however its address is written', async () => {
      const { world } = scene()
      const user = await world.person('a')
      expect(await world.logins.byPassword(' A@Example.org', password, actor)).toEqual(user)
      expect(await world.audited()).toEqual([
        { action: 'login', resource: `user/${user.id}`, status: 'success' },
      ])
    })

    it('tell nobody whether there is an account, neither at first nor when they are blocked', async () => {
      const { world } = scene()
      await world.person('a')
      for (let attempt = 0; attempt < loginFailuresFree.account + 3; attempt++) {
        const known = await outcomeOf(world.logins.byPassword(email, 'wrong', actor))
        const unknown = await outcomeOf(world.logins.byPassword('nobody@example.org', 'wrong', actor))
        expect(known).toEqual(unknown)
      }
      for (const odd of ['', 'no address', '\0', 'x'.repeat(100_000), "' OR true --"])
        expect(await outcomeOf(world.logins.byPassword(odd, password, actor))).toMatchObject({
          code: 'credentials_invalid',
        })
    })

    it('upgrade what bcrypt stored, once', async () => {
      const { world, database } = scene()
      await world.person('a')
      const stored = () =>
        database.db.selectFrom('auth_identities').select('password_hash').executeTakeFirstOrThrow()
      await database.db
        .updateTable('auth_identities')
        .set({ password_hash: await bcrypt.hash(password, { cost: 4 }) })
        .execute()
      await outcomeOf(world.logins.byPassword(email, 'wrong', actor))
      expect((await stored()).password_hash).toMatch(/^\$2b\$/)
      await world.logins.byPassword(email, password, actor)
      const upgraded = await stored()
      expect(upgraded.password_hash).toMatch(/^\$argon2id\$/)
      await world.logins.byPassword(email, password, actor)
      expect(await stored()).toEqual(upgraded)
    })

    it('are blocked for longer and longer, even with the right password, and then forgotten', async () => {
      const { world } = scene()
      await world.person('a')
      const guess = () => outcomeOf(world.logins.byPassword(email, 'wrong', actor))
      for (let free = 0; free <= loginFailuresFree.account; free++)
        expect(await guess()).toMatchObject({ code: 'credentials_invalid' })
      const waits: number[] = []
      for (let block = 0; block < 7; block++) {
        const blocked = await outcomeOf(world.logins.byPassword(email, password, actor))
        expect(blocked).toMatchObject({ code: 'login_throttled' })
        const { retryAfterS } = (blocked as { details: { retryAfterS: number } }).details
        waits.push(retryAfterS)
        world.wait(retryAfterS * 1000 - 1)
        expect(await guess()).toMatchObject({ code: 'login_throttled', details: { retryAfterS: 1 } })
        world.wait(1)
        expect(await guess()).toMatchObject({ code: 'credentials_invalid' })
      }
      expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300])
      expect([waits[0], waits.at(-1)]).toEqual([loginBlockFirstS, loginBlockMaxS])
      world.wait(loginFailuresForgottenAfterMs + 1)
      for (let free = 0; free <= loginFailuresFree.account; free++)
        expect(await guess()).toMatchObject({ code: 'credentials_invalid' })
    })

    it('count guesses that come at once, one by one', async () => {
      const { world } = scene()
      await world.person('a')
      const guesses = await Promise.all(
        Array.from({ length: 20 }, () => outcomeOf(world.logins.byPassword(email, 'wrong', actor))),
      )
      const judged = guesses.filter((one) => (one as { code: string }).code === 'credentials_invalid')
      expect(judged).toHaveLength(loginFailuresFree.account + 1)
    })

    it('begin anew for the account whose owner got in', async () => {
      const { world } = scene()
      await world.person('a')
      for (let round = 0; round < 3; round++) {
        for (let failure = 0; failure < loginFailuresFree.account; failure++)
          await outcomeOf(world.logins.byPassword(email, 'wrong', actor))
        await world.logins.byPassword(email, password, actor)
      }
    })

    const spread: readonly [string, (at: number) => string, boolean][] = [
      ['one address', () => '192.0.2.7', true],
      ['one address as IPv6 writes it', (at) => (at % 2 ? '192.0.2.7' : '::ffff:192.0.2.7'), true],
      ['one network of IPv6', (at) => `2001:db8::${at.toString(16)}`, true],
      ['many networks', (at) => `2001:db8:0:${at.toString(16)}::1`, false],
    ]
    it.each(spread)('try many accounts from %s', async (_, addressOf, isBlocked) => {
      const { world } = scene()
      const outcomes: unknown[] = []
      for (let at = 0; at < loginFailuresFree.address + 2; at++)
        outcomes.push(
          await outcomeOf(world.logins.byPassword(`p${at}@example.org`, 'wrong', from(addressOf(at)))),
        )
      expect(outcomes.at(-2)).toMatchObject({ code: 'credentials_invalid' })
      expect(outcomes.at(-1)).toMatchObject({ code: isBlocked ? 'login_throttled' : 'credentials_invalid' })
    })

    it('do not wash an address clean by an account of one’s own', async () => {
      const { world } = scene()
      await world.person('a')
      let guessed = 0
      for (; guessed < 200; guessed++) {
        const outcome = await outcomeOf(world.logins.byPassword(`p${guessed}@example.org`, 'x', actor))
        if ((outcome as { code: string }).code === 'login_throttled') break
        await outcomeOf(world.logins.byPassword(email, password, actor))
      }
      expect(guessed).toBeLessThanOrEqual(loginFailuresFree.address + 1)
    }, 60_000)

    it('do not open what was removed', async () => {
      const { world } = scene()
      const user = await world.person('a')
      await world.users.remove(user.id, actor)
      expect(await outcomeOf(world.logins.byPassword(email, password, actor))).toMatchObject({
        code: 'credentials_invalid',
      })
    })
  })

  describe('logins by an identity provider', () => {
    const identity = { issuer: 'https://id.example', subject: 's-1', email, emailVerified: true }

    it('make an account once, and know it again by its subject alone', async () => {
      const { world } = scene()
      const made = await Promise.all([1, 2, 3].map(() => world.logins.byProvider(identity, actor)))
      const [user] = made
      expect(new Set(made.map(({ id }) => id)).size).toBe(1)
      const renamed = { ...identity, email: 'other@example.org', emailVerified: false }
      expect(await world.logins.byProvider(renamed, actor)).toEqual(user)
    })

    it('take no address that is not verified, neither for a new account nor for one that is there', async () => {
      const { world } = scene()
      const unverified = { ...identity, emailVerified: false }
      await expect(world.logins.byProvider(unverified, actor)).rejects.toMatchObject({
        code: 'email_unverified',
      })
      await world.person('a')
      await expect(world.logins.byProvider(unverified, actor)).rejects.toMatchObject({
        code: 'email_unverified',
      })
    })

    it('close what somebody prepared who signed up with an address of others', async () => {
      const { world } = scene()
      const prepared = await world.person('a')
      const { secret } = await world.keys.create(prepared.id, { name: 'x' }, actor)
      const { token } = await world.sessions.start({ user: prepared }, actor)
      const { token: refresh } = await world.refreshTokens.issue(prepared, actor)
      const user = await world.logins.byProvider(identity, actor)
      expect(user.id).toBe(prepared.id)
      await expect(world.logins.byPassword(email, password, actor)).rejects.toMatchObject({
        code: 'credentials_invalid',
      })
      await expect(world.keys.verify(secret)).rejects.toMatchObject({ code: 'key_revoked' })
      await expect(world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
      await expect(world.refreshTokens.rotate(refresh, actor)).rejects.toMatchObject({
        code: 'refresh_invalid',
      })
    })

    it('keep the subjects of two providers apart, and do not bring back who was removed', async () => {
      const { world } = scene()
      const user = await world.logins.byProvider(identity, actor)
      const other = { ...identity, issuer: 'https://other.example', email: 'b@example.org' }
      expect((await world.logins.byProvider(other, actor)).id).not.toBe(user.id)
      await world.users.remove(user.id, actor)
      for (const again of [identity, { ...identity, subject: 's-2' }])
        await expect(world.logins.byProvider(again, actor)).rejects.toMatchObject({
          code: 'credentials_invalid',
        })
    })
  })

  describe('sign-ups', () => {
    it('make a user, who is no admin whatever they say, and are so many from one address', async () => {
      const { world } = scene()
      const signUp = (name: string, role?: 'admin') =>
        world.logins.signUp({ email: `${name}@example.org`, password, ...{ role } }, actor)
      expect(await signUp('a', 'admin')).toMatchObject({ role: 'user' })
      expect(await world.audited()).toMatchObject([{ action: 'signup' }])
      for (let more = 1; more < signupsFree; more++)
        expect(await outcomeOf(signUp('a'))).toMatchObject({ code: 'email_taken' })
      await outcomeOf(signUp('b'))
      expect(await outcomeOf(signUp('c'))).toMatchObject({ code: 'login_throttled' })
    })
  })

  describe('an identity of a provider', () => {
    it('has the account that it was linked to', async () => {
      const { world } = scene()
      const identity = { issuer: 'https://i', subject: 's', email, emailVerified: true }
      expect(await world.logins.linkedTo('https://i', 's')).toBe(undefined)
      const user = await world.logins.byProvider(identity, actor)
      expect(await world.logins.linkedTo('https://i', 's')).toEqual(user)
      expect(await world.logins.linkedTo('https://other', 's')).toBe(undefined)
      await world.users.remove(user.id, actor)
      await expect(world.logins.linkedTo('https://i', 's')).rejects.toMatchObject({
        code: 'credentials_invalid',
      })
    })
  })
}
