import { describe, expect, it } from 'vitest'
import { registryCredentialsMax } from '../accounts/registry-credentials.ts'
import { keyUsedEveryMs, type StoredKeys } from '../accounts/stored-keys.ts'
import { userKeysMax } from '../accounts/user-keys.ts'
import { actor, type Scene } from './world.ts'

const minuteMs = 60_000

const kinds = [
  {
    called: 'keys',
    table: 'api_keys',
    idPrefix: 'uk_',
    secretPrefix: 'mcpu_',
    scope: 'read',
    max: userKeysMax,
  },
  {
    called: 'registryCredentials',
    table: 'registry_credentials',
    idPrefix: 'rk_',
    secretPrefix: 'mcpr_',
    scope: 'pull',
    max: registryCredentialsMax,
  },
] as const

export const describeStoredKeys = (scene: () => Scene): void => {
  describe.each(kinds)('$called', ({ called, table, idPrefix, secretPrefix, scope, max }) => {
    const keysOf = ({ world }: Scene) => world[called] as StoredKeys<string>

    it('are told once, stored as a digest, and known again by their beginning', async () => {
      const { world, database } = scene()
      const keys = keysOf(scene())
      const user = await world.person('a')
      const { key, secret } = await keys.create(user.id, { name: 'ci', scopes: [scope] }, actor)
      expect(secret).toMatch(new RegExp(`^${secretPrefix}[\\w-]{43}$`))
      expect(key).toMatchObject({
        id: expect.stringMatching(`^${idPrefix}`),
        prefix: secret.slice(0, 8),
        scopes: [scope],
      })
      expect(await keys.verify(secret)).toEqual({ keyId: key.id, user, scopes: [scope] })
      const everything = JSON.stringify([
        await database.db.selectFrom(table).selectAll().execute(),
        await database.db.selectFrom('audit_logs').selectAll().execute(),
      ])
      expect(everything).not.toContain(secret.slice(9))
    })

    it('write down their use now and then', async () => {
      const { world } = scene()
      const keys = keysOf(scene())
      const user = await world.person('a')
      const { secret } = await keys.create(user.id, { name: 'ci' }, actor)
      const usedAt = async () => (await keys.list(user.id))[0]?.lastUsedAt?.getTime()
      const first = world.now()
      await keys.verify(secret)
      world.wait(keyUsedEveryMs - 1)
      await keys.verify(secret)
      expect(await usedAt()).toBe(first)
      world.wait(1)
      await keys.verify(secret)
      expect(await usedAt()).toBe(first + keyUsedEveryMs)
    })

    it('end when they said they would, and when they are revoked', async () => {
      const { world } = scene()
      const keys = keysOf(scene())
      const user = await world.person('a')
      const short = await keys.create(user.id, { name: 'a', expiresAt: world.now() + minuteMs }, actor)
      const other = await keys.create(user.id, { name: 'b' }, actor)
      world.wait(minuteMs - 1)
      await keys.verify(short.secret)
      world.wait(1)
      await expect(keys.verify(short.secret)).rejects.toMatchObject({ code: 'key_expired' })
      const revoked = await keys.revoke(user.id, other.key.id, actor)
      expect(revoked.revokedAt?.getTime()).toBe(world.now())
      world.wait(minuteMs)
      expect(await keys.revoke(user.id, other.key.id, actor)).toEqual(revoked)
      await expect(keys.verify(other.secret)).rejects.toMatchObject({ code: 'key_revoked' })
    })

    it('are nobody else’s to see or revoke', async () => {
      const { world } = scene()
      const keys = keysOf(scene())
      const [a, b] = [await world.person('a'), await world.person('b')]
      const { key, secret } = await keys.create(a.id, { name: 'ci' }, actor)
      expect(await keys.list(b.id)).toEqual([])
      await expect(keys.revoke(b.id, key.id, actor)).rejects.toMatchObject({ code: 'key_not_found' })
      await keys.verify(secret)
    })

    it('are so many and no more, also when they come at once', async () => {
      const { world } = scene()
      const keys = keysOf(scene())
      const user = await world.person('a')
      const made = await Promise.allSettled(
        Array.from({ length: max + 3 }, () => keys.create(user.id, { name: 'x' }, actor)),
      )
      expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(max)
    })

    it.each([
      ['an empty one', ''],
      ['a beginning', secretPrefix],
      ['a guess', `${secretPrefix}${'a'.repeat(43)}`],
      ['a megabyte', 'x'.repeat(1024 * 1024)],
      ['what no text may hold', '\0'],
    ])('know none that is %s', async (_, secret) => {
      const keys = keysOf(scene())
      await expect(keys.verify(secret)).rejects.toMatchObject({ code: 'key_unknown' })
    })

    const wrong: readonly [string, object][] = [
      ['name_invalid', { name: '' }],
      ['name_invalid', { name: 'x'.repeat(101) }],
      ['key_scope_unknown', { name: 'x', scopes: ['everything'] }],
      ['key_expiry_invalid', { name: 'x', expiresAt: 1 }],
      ['key_expiry_invalid', { name: 'x', expiresAt: Number.POSITIVE_INFINITY }],
    ]
    it.each(wrong)('%s: %j', async (code, key) => {
      const { world } = scene()
      const keys = keysOf(scene())
      const user = await world.person('a')
      await expect(keys.create(user.id, key as never, actor)).rejects.toMatchObject({ code })
    })
  })
}
