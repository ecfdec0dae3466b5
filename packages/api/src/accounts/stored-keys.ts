import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { parseName } from './name.ts'
import { digestOf } from './secret-digest.ts'
import { noSuchUser, type User } from './users.ts'
import { isUuid } from './uuid.ts'

/** The use of a key is written down at most this often. */
export const keyUsedEveryMs = 5 * 60_000

export interface StoredKey {
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

export interface NewKey<Scope extends string> {
  readonly name: string
  readonly scopes?: readonly Scope[] | undefined
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined
}

export interface VerifiedKey {
  readonly keyId: string
  readonly user: User
  readonly scopes: readonly string[]
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined
}

export interface StoredKeys<Scope extends string> {
  /** The key itself is told here and never again. */
  readonly create: (
    userId: string,
    key: NewKey<Scope>,
    actor: Actor,
  ) => Promise<{ readonly key: StoredKey; readonly secret: string }>
  readonly list: (userId: string) => Promise<readonly StoredKey[]>
  /** Of that user and no other: `key_not_found`. */
  readonly revoke: (userId: string, id: string, actor: Actor) => Promise<StoredKey>
  /** Throws `key_unknown`, and to who holds the key, `key_revoked` or `key_expired`. */
  readonly verify: (secret: string) => Promise<VerifiedKey>
}

/** What tells one kind of key from another. */
export interface KeyKind<Scope extends string> {
  readonly table: 'api_keys' | 'registry_credentials'
  /** In the audit log. */
  readonly called: string
  readonly idPrefix: string
  readonly secretPrefix: string
  readonly scopes: readonly Scope[]
  /** Of one user, that are not revoked. */
  readonly max: number
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

/** Keys of users: secrets of ours, of which only the digest is kept. */
export const createStoredKeys = <Scope extends string>(
  context: Context,
  kind: KeyKind<Scope>,
): StoredKeys<Scope> => {
  const { db, clock, ids } = context
  const { called, secretPrefix, max } = kind
  // The two tables have the same columns.
  const table = kind.table as 'api_keys'
  const secretPattern = new RegExp(`^${secretPrefix}[A-Za-z0-9_-]{43}=?$`)

  const refuseFaulty = ({ scopes = [], expiresAt }: NewKey<Scope>): void => {
    if (scopes.some((scope) => !kind.scopes.includes(scope)))
      throw new AccountError('key_scope_unknown', `a scope is one of ${kind.scopes.join(', ')}`)
    if (expiresAt !== undefined && !(expiresAt > clock() && Number.isSafeInteger(expiresAt)))
      throw new AccountError('key_expiry_invalid', 'a key ends in the future')
  }

  /** Locks the row of the user, so that two at once do not both find room for the last. */
  const refuseWithoutRoom = async (transaction: typeof db, userId: string): Promise<void> => {
    const user = await transaction
      .selectFrom('users')
      .select('id')
      .where('id', '=', userId)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (user === undefined) throw noSuchUser()
    const { count } = await transaction
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('user_id', '=', userId)
      .where('revoked', '=', false)
      .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', new Date(clock()))]))
      .executeTakeFirstOrThrow()
    if (Number(count) >= max)
      throw new AccountError('keys_too_many', `a user has at most ${max} of them; revoke one`)
  }

  return {
    create: async (userId, given, actor) => {
      const { name, scopes = [], expiresAt } = given
      const named = parseName(name)
      refuseFaulty(given)
      if (!isUuid(userId)) throw noSuchUser()
      const secret = `${secretPrefix}${ids.secret()}`
      return db.transaction().execute(async (transaction) => {
        await refuseWithoutRoom(transaction, userId)
        const key = await transaction
          .insertInto(table)
          .values({
            id: `${kind.idPrefix}${ids.uuid().replaceAll('-', '')}`,
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
          action: `${called}_create`,
          resource: `${called}/${key.id}`,
          after: key,
        })
        return { key, secret }
      })
    },
    list: (userId) =>
      db
        .selectFrom(table)
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
          .selectFrom(table)
          .select(columns)
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .forUpdate()
          .executeTakeFirst()
        if (before === undefined) throw noSuchKey()
        if (before.revokedAt !== null) return before
        const after = await transaction
          .updateTable(table)
          .set({ revoked: true, revoked_at: new Date(clock()) })
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirstOrThrow()
        await audit(context, transaction, actor, {
          action: `${called}_revoke`,
          resource: `${called}/${id}`,
          before,
          after,
        })
        return after
      }),
    verify: async (secret) => {
      const now = clock()
      // What cannot be one of ours is not looked for.
      const row = secretPattern.test(secret)
        ? await db
            .selectFrom(table)
            .innerJoin('users', 'users.id', `${table}.user_id`)
            .select([`${table}.id as keyId`, 'scopes', 'expires_at', 'last_used_at', 'revoked'])
            .select(['users.id', 'users.email', 'users.role'])
            .where('key_hash', '=', digestOf(secret))
            .where('users.deleted_at', 'is', null)
            .executeTakeFirst()
        : undefined
      if (row === undefined) throw new AccountError('key_unknown', 'the key is not known')
      const { keyId, scopes, expires_at: end, last_used_at: used, revoked, ...user } = row
      if (revoked) throw new AccountError('key_revoked', 'the key was revoked')
      if (end !== null && end.getTime() <= now) throw new AccountError('key_expired', 'the key has expired')
      if (used === null || used.getTime() + keyUsedEveryMs <= now)
        await db
          .updateTable(table)
          .set({ last_used_at: new Date(now) })
          .where('id', '=', keyId)
          .execute()
      return { keyId, user, scopes, expiresAt: end?.getTime() }
    },
  }
}
