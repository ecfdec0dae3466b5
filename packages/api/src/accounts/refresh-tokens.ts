import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { digestOf, secretCharsMax } from './secret-digest.ts'
import type { User } from './users.ts'

/** Of one token; each use gives another. */
export const refreshTokenMs = 14 * 24 * 60 * 60_000
/** Of all that came from one login: then a person logs in again. */
export const refreshFamilyMs = 90 * 24 * 60 * 60_000

export interface RefreshTokens {
  /** The first of a family. */
  readonly issue: (user: User, actor: Actor) => Promise<string>
  /**
   * Takes a token for the next. One that was used before is in two hands, and nobody knows whose are honest: the whole
   * family is revoked (`refresh_replayed`). All else that is wrong is `refresh_invalid`.
   */
  readonly rotate: (token: string, actor: Actor) => Promise<{ readonly token: string; readonly user: User }>
  /** Revokes the family of a token. One that is not there is revoked already. */
  readonly revoke: (token: string, actor: Actor) => Promise<void>
}

interface Next {
  readonly userId: string
  readonly family: string
  readonly familyExpiresAt: number
}

export const createRefreshTokens = (context: Context): RefreshTokens => {
  const { db, clock, ids } = context
  type Source = typeof db

  const insert = async (source: Source, actor: Actor, next: Next): Promise<string> => {
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
    return token
  }

  const revokeFamilyOf = async (source: Source, token: string): Promise<string | undefined> => {
    const revoked = await source
      .updateTable('refresh_tokens')
      .set({ revoked: true })
      .where('family', 'in', (query) =>
        query.selectFrom('refresh_tokens').select('family').where('token_hash', '=', digestOf(token)),
      )
      .returning('user_id')
      .executeTakeFirst()
    return revoked?.user_id
  }

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
      return { token: next, user }
    })

  const refuse = (token: string, actor: Actor) =>
    db.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('refresh_tokens')
        .select(['used_at', 'revoked'])
        .where('token_hash', '=', digestOf(token))
        .executeTakeFirst()
      if (row === undefined || row.used_at === null || row.revoked)
        return new AccountError('refresh_invalid', 'the refresh token is not valid')
      const userId = await revokeFamilyOf(transaction, token)
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
    revoke: (token, actor) =>
      db.transaction().execute(async (transaction) => {
        const userId = await revokeFamilyOf(transaction, token.slice(0, secretCharsMax))
        if (userId !== undefined)
          await audit(context, transaction, actor, { action: 'refresh_revoke', resource: `user/${userId}` })
      }),
  }
}
