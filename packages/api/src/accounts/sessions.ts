import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { digestOf, secretCharsMax } from './secret-digest.ts'
import { endLogins, type User } from './users.ts'

export const sessionIdleMs = 60 * 60_000
export const sessionMaxMs = 8 * 60 * 60_000
/** Being seen is written down at most this often. */
const sessionSeenEveryMs = 60_000

export interface Session {
  readonly id: string
  readonly user: User
  /** Whatever happens; epoch milliseconds. */
  readonly expiresAt: number
}

export interface Sessions {
  /** The token is told here and never again. */
  readonly start: (user: User, actor: Actor) => Promise<{ readonly token: string; readonly session: Session }>
  /** Throws `session_invalid`. */
  readonly verify: (token: string) => Promise<Session>
  /** One that is not there is ended already. */
  readonly end: (token: string, actor: Actor) => Promise<void>
  /** Of every browser, and every refresh token. */
  readonly endAll: (userId: string, actor: Actor) => Promise<void>
}

export const createSessions = (context: Context): Sessions => {
  const { db, clock, ids } = context

  return {
    start: async (user, actor) => {
      const token = ids.secret()
      const [now, expiresAt] = [clock(), clock() + sessionMaxMs]
      const id = ids.uuid()
      await db
        .insertInto('ui_sessions')
        .values({
          id,
          token_hash: digestOf(token),
          user_id: user.id,
          created_at: new Date(now),
          last_seen_at: new Date(now),
          expires_at: new Date(expiresAt),
          user_agent: actor.userAgent?.slice(0, 256) ?? null,
          client_ip: actor.address ?? null,
        })
        .execute()
      return { token, session: { id, user, expiresAt } }
    },
    verify: async (token) => {
      const now = clock()
      const invalid = new AccountError('session_invalid', 'the session has ended')
      if (token.length > secretCharsMax) throw invalid
      const row = await db
        .selectFrom('ui_sessions')
        .innerJoin('users', 'users.id', 'ui_sessions.user_id')
        .select([
          'ui_sessions.id as session_id',
          'last_seen_at',
          'expires_at',
          'users.id',
          'users.email',
          'users.role',
        ])
        .where('token_hash', '=', digestOf(token))
        .where('revoked_at', 'is', null)
        .where('users.deleted_at', 'is', null)
        .executeTakeFirst()
      if (row === undefined) throw invalid
      const { session_id: sessionId, last_seen_at: seen, expires_at: end, ...user } = row
      if (end.getTime() <= now || seen.getTime() + sessionIdleMs <= now) throw invalid
      if (seen.getTime() + sessionSeenEveryMs <= now)
        await db
          .updateTable('ui_sessions')
          .set({ last_seen_at: new Date(now) })
          .where('id', '=', sessionId)
          .execute()
      return { id: sessionId, user, expiresAt: end.getTime() }
    },
    end: (token, actor) =>
      db.transaction().execute(async (transaction) => {
        const ended = await transaction
          .updateTable('ui_sessions')
          .set({ revoked_at: new Date(clock()) })
          .where('token_hash', '=', digestOf(token.slice(0, secretCharsMax)))
          .where('revoked_at', 'is', null)
          .returning('user_id')
          .executeTakeFirst()
        if (ended !== undefined)
          await audit(context, transaction, actor, { action: 'logout', resource: `user/${ended.user_id}` })
      }),
    endAll: (userId, actor) =>
      db.transaction().execute(async (transaction) => {
        await endLogins(transaction, userId, new Date(clock()))
        await audit(context, transaction, actor, { action: 'logout_everywhere', resource: `user/${userId}` })
      }),
  }
}
