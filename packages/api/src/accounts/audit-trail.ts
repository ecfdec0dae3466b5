import { type Selectable, sql } from 'kysely'
import type { Tables } from '../database.ts'
import type { Context } from './context.ts'
import { isUuid } from './uuid.ts'

export interface AuditQuestion {
  /** An id, or an e-mail address. */
  readonly user?: string | undefined
  /** Epoch milliseconds; from the first on, before the other. */
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly action?: string | undefined
  readonly before?: AuditPlace | undefined
  readonly limit: number
}

/** Where an entry stands among others, which may be of the same time. */
export interface AuditPlace {
  /** Epoch microseconds, as precisely as the database has it; digits. */
  readonly atUs: string
  readonly id: string
}

interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Where it ends, if there is more. */
  readonly end: AuditPlace | undefined
}

export type AuditEntry = Selectable<Tables['audit_logs']> & { readonly email: string | null }

interface Activity {
  readonly id: string
  readonly email: string
  readonly role: 'user' | 'admin'
  readonly createdAt: Date
  readonly lastLogin: Date | null
  readonly lastActivity: Date | null
}

/** What the audit log tells. */
export interface AuditTrail {
  /** The newest first. */
  readonly list: (question: AuditQuestion) => Promise<AuditPage>
  /** Users that are there, those first that did something last. */
  readonly activity: (question: AuditQuestion) => Promise<readonly Activity[]>
}

export const createAuditTrail = ({ db }: Context): AuditTrail => {
  const within = ({ user, sinceMs, untilMs, action }: AuditQuestion) => {
    let query = db.selectFrom('audit_logs').leftJoin('users', 'users.id', 'audit_logs.user_id')
    if (user !== undefined) query = query.where(isUuid(user) ? 'users.id' : 'users.email', '=', nameOf(user))
    if (sinceMs !== undefined) query = query.where('audit_logs.created_at', '>=', new Date(sinceMs))
    if (untilMs !== undefined) query = query.where('audit_logs.created_at', '<', new Date(untilMs))
    return action === undefined ? query : query.where('action', '=', action)
  }

  return {
    list: async ({ before, ...question }) => {
      let query = within(question)
      if (before !== undefined) {
        const { atUs, id } = before
        const at = sql<Date>`timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond'`
        // The first of the two finds it by the index.
        query = query
          .where('audit_logs.created_at', '<=', at)
          .where(({ or, eb }) => or([eb('audit_logs.created_at', '<', at), eb('audit_logs.id', '<', id)]))
      }
      const found = await query
        .selectAll('audit_logs')
        .select([
          'users.email',
          sql<string>`(extract(epoch FROM audit_logs.created_at) * 1000000)::bigint`.as('atUs'),
        ])
        .orderBy('audit_logs.created_at', 'desc')
        .orderBy('audit_logs.id', 'desc')
        .limit(question.limit + 1)
        .execute()
      const rows = found.slice(0, question.limit)
      const last = found.length > rows.length ? rows.at(-1) : undefined
      return {
        entries: rows.map(({ atUs, ...entry }) => entry),
        end: last && { atUs: last.atUs, id: last.id },
      }
    },
    activity: async (question) => {
      const done = within(question)
        .where('users.id', 'is not', null)
        .select(({ fn, ref }) => [
          'users.id as user_id',
          fn.max(ref('audit_logs.created_at')).as('last_activity'),
          fn
            .max(ref('audit_logs.created_at'))
            .filterWhere('audit_logs.action', 'like', '%login')
            .filterWhere('audit_logs.status', '=', 'success')
            .as('last_login'),
        ])
        .groupBy('users.id')
        .as('done')
      let query = db.selectFrom('users').leftJoin(done, 'done.user_id', 'users.id')
      const { user } = question
      if (user !== undefined)
        query = query.where(isUuid(user) ? 'users.id' : 'users.email', '=', nameOf(user))
      return query
        .select([
          'users.id',
          'users.email',
          'users.role',
          'users.created_at as createdAt',
          'done.last_login as lastLogin',
          'done.last_activity as lastActivity',
        ])
        .where('users.deleted_at', 'is', null)
        .orderBy('done.last_activity', (order) => order.desc().nullsLast())
        .orderBy('users.email')
        .limit(question.limit)
        .execute()
    },
  }
}

/** As it is kept; a zero character would be an error of the database's own. */
const nameOf = (user: string): string => user.toLowerCase().replaceAll('\0', '\ufffd')
