import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { digestOf, secretCharsMax } from './secret-digest.ts'
import type { User } from './users.ts'
import { isUuid } from './uuid.ts'

/** Of one token; each use gives another. */
export const refreshTokenMs = 14 * 24 * 60 * 60_000
/** Of all that came from one login: then a person logs in again. */
export const refreshFamilyMs = 90 * 24 * 60 * 60_000

/** A token, and what names all that came from the same login. */
export interface RefreshToken {
  readonly token: string
  readonly family: string
}

export interface RefreshTokens {
  /** The first of a family. */
  readonly issue: (user: User, actor: Actor) => Promise<RefreshToken>
  /**
   * Takes a token for the next. One that was used before is in two hands, and nobody knows whose are honest: the whole
   * family is revoked (`refresh_replayed`). All else that is wrong is `refresh_invalid`.
   */
  readonly rotate: (token: string, actor: Actor) => Promise<RefreshToken & { readonly user: User }>
  /** Whose a family is, as long as it is not revoked: else `session_invalid`. */
  readonly holder: (family: string) => Promise<User>
  /** Revokes the family of a token. One that is not there is revoked already. */
  readonly revoke: (token: string, actor: Actor) => Promise<void>
  readonly revokeFamily: (family: string, actor: Actor) => Promise<void>
}

interface Next {
  readonly userId: string
  readonly family: string
  readonly familyExpiresAt: number
}

export const createRefreshTokens = (context: Context): RefreshTokens => {
  const { db, clock, ids } = context
  type Source = typeof db

  const insert = async (source: Source, actor: Actor, next: Next): Promise<RefreshToken> => {
    const token = ids.secret()
    await source
      .insertInto('refresh_tokens')
      .values({
        id: ids.uuid(),
        user_id: next.userId,
        token_hash: digestOf(token),
        expires_at: new Date(Math.min(clock() + refreshTokenMs, next.familyExpiresAt)),
        family: next.family,
        family_expires_at: new Date(next.familyExpiresAt),
        user_agent: actor.userAgent?.slice(0, 256) ?? null,
        client_ip: actor.address ?? null,
      })
      .execute()
    return { token, family: next.family }
  }

  const familyOf = async (source: Source, token: string): Promise<string | undefined> => {
    const row = await source
      .selectFrom('refresh_tokens')
      .select('family')
      .where('token_hash', '=', digestOf(token))
      .executeTakeFirst()
    return row?.family
  }

  const revokeAll = async (source: Source, family: string): Promise<string | undefined> => {
    const revoked = await source
      .updateTable('refresh_tokens')
      .set({ revoked: true })
      .where('family', '=', family)
      .where('revoked', '=', false)
      .returning('user_id')
      .execute()
    return revoked[0]?.user_id
  }

  const revokeFamily = (family: string, actor: Actor) =>
    db.transaction().execute(async (transaction) => {
      const userId = await revokeAll(transaction, family)
      if (userId !== undefined)
        await audit(context, transaction, actor, { action: 'refresh_revoke', resource: `user/${userId}` })
    })

  /** Undefined when it is no token that may be used now; then nothing has changed. */
  const use = (token: string, actor: Actor) =>
    db.transaction().execute(async (transaction) => {
      const now = new Date(clock())
      const used = await transaction
        .updateTable('refresh_tokens')
        .set({ used_at: now })
        .where('token_hash', '=', digestOf(token))
        .where('used_at', 'is', null)
        .where('revoked', '=', false)
        .where('expires_at', '>', now)
        .returning(['user_id', 'family', 'family_expires_at'])
        .executeTakeFirst()
      if (used === undefined) return undefined
      const user = await transaction
        .selectFrom('users')
        .select(['id', 'email', 'role'])
        .where('id', '=', used.user_id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      if (user === undefined) return undefined
      const next = await insert(transaction, actor, {
        userId: user.id,
        family: used.family,
        familyExpiresAt: used.family_expires_at.getTime(),
      })
      return { ...next, user }
    })

  const refuse = (token: string, actor: Actor) =>
    db.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('refresh_tokens')
        .select(['used_at', 'revoked', 'family'])
        .where('token_hash', '=', digestOf(token))
        .executeTakeFirst()
      if (row === undefined || row.used_at === null || row.revoked)
        return new AccountError('refresh_invalid', 'the refresh token is not valid')
      const userId = await revokeAll(transaction, row.family)
      await audit(context, transaction, actor, {
        action: 'refresh_replay',
        resource: `user/${userId}`,
        status: 'failure',
      })
      return new AccountError('refresh_replayed', 'the refresh token was used before; log in again')
    })

  return {
    issue: (user, actor) =>
      insert(db, actor, {
        userId: user.id,
        family: ids.uuid(),
        familyExpiresAt: clock() + refreshFamilyMs,
      }),
    rotate: async (token, actor) => {
      const bounded = token.slice(0, secretCharsMax)
      const used = await use(bounded, actor)
      // Thrown after the transaction: the revocation has to stay.
      if (used === undefined) throw await refuse(bounded, actor)
      return used
    },
    holder: async (family) => {
      const user = isUuid(family)
        ? await db
            .selectFrom('refresh_tokens')
            .innerJoin('users', 'users.id', 'refresh_tokens.user_id')
            .select(['users.id', 'users.email', 'users.role'])
            .where('family', '=', family)
            .where('revoked', '=', false)
            .where('users.deleted_at', 'is', null)
            .limit(1)
            .executeTakeFirst()
        : undefined
      if (user === undefined) throw new AccountError('session_invalid', 'this login has ended')
      return user
    },
    revoke: async (token, actor) => {
      const family = await familyOf(db, token.slice(0, secretCharsMax))
      if (family !== undefined) await revokeFamily(family, actor)
    },
    revokeFamily: async (family, actor) => {
      if (isUuid(family)) await revokeFamily(family, actor)
    },
  }
}
