import type { Logger } from '@mcp-sentinel/service'
import type { Audited } from '../accounts/audit.ts'
import type { Actor } from '../accounts/context.ts'
import type { Accounts } from '../accounts.ts'

export type RecordChange = (actor: Actor, audited: Audited) => Promise<void>

/**
 * Writes down who changed what, in the log and, where there is one, in the database of accounts. The change has been
 * made by then, in another store: a database that is away must not keep anybody from revoking.
 */
export const createRecordChange =
  (accounts: Accounts | undefined, logger: Logger): RecordChange =>
  async (actor, audited) => {
    const line = { ...actor, ...audited }
    logger.info(line, 'changed')
    try {
      await accounts?.audit.record(actor, keepable(audited))
    } catch (error) {
      logger.error({ ...line, err: error }, 'a change is in this log alone, the audit log did not take it')
    }
  }

/** Postgres keeps no NUL in JSON: whoever wrote one into a spec would leave no trace of what they did. */
const keepable = (audited: Audited): Audited =>
  JSON.parse(JSON.stringify(audited).replaceAll('\\u0000', '\\ufffd')) as Audited
