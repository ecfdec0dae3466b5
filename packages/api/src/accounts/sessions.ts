import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { digestOf, secretCharsMax } from './secret-digest.ts'
import { endLogins, type User } from './users.ts'

export const sessionIdleMs = 60 * 60_000
export const sessionMaxMs = 8 * 60 * 60_000
/** Being seen is written down at most this often. */
const sessionSeenEveryMs = 60_000

/** A person, perhaps by a key of theirs, or else a service key. */
export interface SessionOpener {
  readonly user?: User | undefined
  readonly key?:
    | {
        readonly id: string
        readonly scopes: readonly string[]
        readonly expiresAt?: number | undefined
      }
    | undefined
  /** Names it. Whether it still opens anything, its holder knows. */
  readonly serviceKey?: string | undefined
}

export interface Session extends SessionOpener {
  readonly id: string
  /** Whatever happens; epoch milliseconds. */
  readonly expiresAt: number
}

export interface Sessions {
  /** The token is told here and never again. One that a key opened ends with the key. */
  readonly start: (
    opener: SessionOpener,
    actor: Actor,
  ) => Promise<{ readonly token: string; readonly session: Session }>
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
    start: async ({ user, key, serviceKey }, actor) => {
      const token = ids.secret()
      const [now, expiresAt] = [clock(), clock() + sessionMaxMs]
      const id = ids.uuid()
      await db
        .insertInto('ui_sessions')
        .values({
          id,
          token_hash: digestOf(token),
          user_id: user?.id ?? null,
          key_id: key?.id ?? null,
          service_key: serviceKey ?? null,
          created_at: new Date(now),
          last_seen_at: new Date(now),
          expires_at: new Date(expiresAt),
          user_agent: actor.userAgent?.slice(0, 256) ?? null,
          client_ip: actor.address ?? null,
        })
        .execute()
      return { token, session: { id, user, key, serviceKey, expiresAt } }
    },
    verify: async (token) => {
      const now = clock()
      const invalid = new AccountError('session_invalid', 'the session has ended')
      if (token.length > secretCharsMax) throw invalid
      const row = await db
        .selectFrom('ui_sessions')
        .leftJoin('users', 'users.id', 'ui_sessions.user_id')
        .leftJoin('api_keys', 'api_keys.id', 'ui_sessions.key_id')
        .select(['ui_sessions.id', 'last_seen_at', 'ui_sessions.expires_at', 'service_key'])
        .select(['users.id as user_id', 'users.email', 'users.role'])
        .select(['api_keys.id as key_id', 'api_keys.scopes', 'api_keys.revoked'])
        .select('api_keys.expires_at as key_expires_at')
        .where('token_hash', '=', digestOf(token))
        .where('ui_sessions.revoked_at', 'is', null)
        .where('users.deleted_at', 'is', null)
        .executeTakeFirst()
      if (row === undefined) throw invalid
      const { id, user_id: userId, email, role, key_id: keyId, scopes } = row
      const ends = [row.expires_at, row.key_expires_at].flatMap((end) => end?.getTime() ?? [])
      const expiresAt = Math.min(...ends)
      const seen = row.last_seen_at.getTime()
      if (expiresAt <= now || seen + sessionIdleMs <= now || row.revoked === true) throw invalid
      if (seen + sessionSeenEveryMs <= now)
        await db
          .updateTable('ui_sessions')
          .set({ last_seen_at: new Date(now) })
          .where('id', '=', id)
          .execute()
      return {
        id,
        expiresAt,
        user: userId && email && role ? { id: userId, email, role } : undefined,
        key: keyId && scopes ? { id: keyId, scopes, expiresAt: row.key_expires_at?.getTime() } : undefined,
        serviceKey: row.service_key ?? undefined,
      }
    },
    end: (token, actor) =>
      db.transaction().execute(async (transaction) => {
        const ended = await transaction
          .updateTable('ui_sessions')
          .set({ revoked_at: new Date(clock()) })
          .where('token_hash', '=', digestOf(token.slice(0, secretCharsMax)))
          .where('revoked_at', 'is', null)
          .returning(['user_id', 'service_key'])
          .executeTakeFirst()
        if (ended === undefined) return
        const { user_id: userId, service_key: serviceKey } = ended
        const resource = userId === null ? `service_key/${serviceKey}` : `user/${userId}`
        await audit(context, transaction, actor, { action: 'logout', resource })
      }),
    endAll: (userId, actor) =>
      db.transaction().execute(async (transaction) => {
        await endLogins(transaction, userId, new Date(clock()))
        await audit(context, transaction, actor, { action: 'logout_everywhere', resource: `user/${userId}` })
      }),
  }
}
