import { type Audited, audit } from './audit.ts'
import type { Actor, Context } from './context.ts'

/** What was done elsewhere than in this database, and when, in epoch milliseconds. */
type Record = (actor: Actor, audited: Audited, at?: number) => Promise<void>

export interface AuditLog {
  readonly record: Record
  /** Again, after a failure that may have come when it was written. */
  readonly recordOnce: Record
}

export const createAuditLog = (context: Context): AuditLog => ({
  record: (actor, audited, at) => audit(context, context.db, actor, audited, at),
  recordOnce: (actor, audited, at = context.clock()) =>
    context.db.transaction().execute(async (transaction) => {
      const written = await transaction
        .selectFrom('audit_logs')
        .select('id')
        .where('created_at', '=', new Date(at))
        .where('request_id', '=', actor.requestId)
        .where('action', '=', audited.action)
        .where('resource', '=', audited.resource)
        .executeTakeFirst()
      if (written === undefined) await audit(context, transaction, actor, audited, at)
    }),
})
