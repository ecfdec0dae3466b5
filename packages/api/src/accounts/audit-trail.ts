import type { Selectable } from 'kysely'
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
  readonly limit: number
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
  readonly list: (question: AuditQuestion) => Promise<readonly AuditEntry[]>
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
    list: (question) =>
      within(question)
        .selectAll('audit_logs')
        .select('users.email')
        .orderBy('audit_logs.created_at', 'desc')
        .orderBy('audit_logs.id', 'desc')
        .limit(question.limit)
        .execute(),
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
