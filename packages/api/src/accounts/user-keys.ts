import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { parseName } from './name.ts'
import { digestOf, secretCharsMax } from './secret-digest.ts'
import { noSuchUser, type User } from './users.ts'
import { isUuid } from './uuid.ts'

/** What a key may be narrowed to. One without scopes may what its user may. */
export const keyScopes = ['read', 'govern', 'publish', 'registry'] as const
export type KeyScope = (typeof keyScopes)[number]

export const userKeysMax = 50
/** The use of a key is written down at most this often. */
export const keyUsedEveryMs = 5 * 60_000

export interface UserKey {
  readonly id: string
  readonly name: string
  /** Its beginning, so that people know it again. */
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

export interface NewUserKey {
  readonly name: string
  readonly scopes?: readonly KeyScope[]
  /** Epoch milliseconds. */
  readonly expiresAt?: number
}

export interface UserKeys {
  /** The key itself is told here and never again. */
  readonly create: (
    userId: string,
    key: NewUserKey,
    actor: Actor,
  ) => Promise<{ readonly key: UserKey; readonly secret: string }>
  readonly list: (userId: string) => Promise<readonly UserKey[]>
  /** Of that user and no other: `key_not_found`. */
  readonly revoke: (userId: string, id: string, actor: Actor) => Promise<UserKey>
  /** Throws `key_unknown`, and to who holds the key, `key_revoked` or `key_expired`. */
  readonly verify: (
    secret: string,
  ) => Promise<{ readonly keyId: string; readonly user: User; readonly scopes: readonly string[] }>
}

const columns = [
  'id',
  'name',
  'prefix',
  'scopes',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'last_used_at as lastUsedAt',
  'revoked_at as revokedAt',
] as const

const noSuchKey = (): AccountError => new AccountError('key_not_found', 'there is no such key')

export const createUserKeys = (context: Context): UserKeys => {
  const { db, clock, ids } = context

  return {
    create: async (userId, { name, scopes = [], expiresAt }, actor) => {
      const named = parseName(name)
      if (scopes.some((scope) => !keyScopes.includes(scope)))
        throw new AccountError('key_scope_unknown', `a scope is one of ${keyScopes.join(', ')}`)
      if (expiresAt !== undefined && !(expiresAt > clock() && Number.isSafeInteger(expiresAt)))
        throw new AccountError('key_expiry_invalid', 'a key ends in the future')
      if (!isUuid(userId)) throw noSuchUser()
      const secret = `mcpu_${ids.secret()}`
      return db.transaction().execute(async (transaction) => {
        // The row of the user is locked, so that two at once do not both find room for the last.
        const user = await transaction
          .selectFrom('users')
          .select('id')
          .where('id', '=', userId)
          .where('deleted_at', 'is', null)
          .forUpdate()
          .executeTakeFirst()
        if (user === undefined) throw noSuchUser()
        const { count } = await transaction
          .selectFrom('api_keys')
          .select(({ fn }) => fn.countAll<string>().as('count'))
          .where('user_id', '=', userId)
          .where('revoked', '=', false)
          .executeTakeFirstOrThrow()
        if (Number(count) >= userKeysMax)
          throw new AccountError('keys_too_many', `a user has at most ${userKeysMax} keys; revoke one`)
        const key = await transaction
          .insertInto('api_keys')
          .values({
            id: `uk_${ids.uuid().replaceAll('-', '')}`,
            key_hash: digestOf(secret),
            user_id: userId,
            name: named,
            prefix: secret.slice(0, 8),
            scopes: [...new Set(scopes)],
            created_at: new Date(clock()),
            expires_at: expiresAt === undefined ? null : new Date(expiresAt),
          })
          .returning(columns)
          .executeTakeFirstOrThrow()
        await audit(context, transaction, actor, {
          action: 'api_key_create',
          resource: `api_key/${key.id}`,
          after: key,
        })
        return { key, secret }
      })
    },
    list: (userId) =>
      db
        .selectFrom('api_keys')
        .select(columns)
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(1000)
        .execute(),
    revoke: (userId, id, actor) =>
      db.transaction().execute(async (transaction) => {
        if (id.includes('\0') || !isUuid(userId)) throw noSuchKey()
        const before = await transaction
          .selectFrom('api_keys')
          .select(columns)
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .forUpdate()
          .executeTakeFirst()
        if (before === undefined) throw noSuchKey()
        if (before.revokedAt !== null) return before
        const after = await transaction
          .updateTable('api_keys')
          .set({ revoked: true, revoked_at: new Date(clock()) })
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirstOrThrow()
        await audit(context, transaction, actor, {
          action: 'api_key_revoke',
          resource: `api_key/${id}`,
          before,
          after,
        })
        return after
      }),
    verify: async (secret) => {
      const now = clock()
      const row =
        secret.length > secretCharsMax
          ? undefined
          : await db
              .selectFrom('api_keys')
              .innerJoin('users', 'users.id', 'api_keys.user_id')
              .select(['api_keys.id as keyId', 'scopes', 'expires_at', 'last_used_at', 'revoked'])
              .select(['users.id', 'users.email', 'users.role'])
              .where('key_hash', '=', digestOf(secret))
              .where('users.deleted_at', 'is', null)
              .executeTakeFirst()
      if (row === undefined) throw new AccountError('key_unknown', 'the API key is not known')
      const { keyId, scopes, expires_at: end, last_used_at: used, revoked, ...user } = row
      if (revoked) throw new AccountError('key_revoked', 'the API key was revoked')
      if (end !== null && end.getTime() <= now)
        throw new AccountError('key_expired', 'the API key has expired')
      if (used === null || used.getTime() + keyUsedEveryMs <= now)
        await db
          .updateTable('api_keys')
          .set({ last_used_at: new Date(now) })
          .where('id', '=', keyId)
          .execute()
      return { keyId, user, scopes }
    },
  }
}
