import { type Audited, audit } from './audit.ts'
import type { Actor, Context } from './context.ts'

export interface AuditLog {
  /** What was done elsewhere than in this database. */
  readonly record: (actor: Actor, audited: Audited) => Promise<void>
}

export const createAuditLog = (context: Context): AuditLog => ({
  record: (actor, audited) => audit(context, context.db, actor, audited),
})
