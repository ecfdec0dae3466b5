import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '@mcp-sentinel/service'
import type { Audited } from '../accounts/audit.ts'
import type { Actor } from '../accounts/context.ts'
import type { Accounts } from '../accounts.ts'
import { databaseFailureOf } from '../database/failures.ts'
import { AccountError } from '../errors.ts'
import { inTime } from '../in-time.ts'

export type RecordChange = (actor: Actor, audited: Audited) => Promise<void>

export interface RecordedChanges {
  readonly changed: RecordChange
  /** Tries once more to write down what waits, and tells the log of what it could not. */
  readonly close: () => Promise<void>
}

export interface RecordedChangesOptions {
  readonly accounts: Accounts | undefined
  readonly logger: Logger
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** How long whoever made a change waits for its row. */
  readonly patienceMs?: number | undefined
  readonly retryMs?: number | undefined
  /** Rows that wait for the database; of more, the log has the only record. */
  readonly waitingMax?: number | undefined
}

interface Row {
  readonly actor: Actor
  readonly audited: Audited
  readonly at: number
}

/**
 * Writes down who changed what, in the log and, where there is one, in the database of accounts. The change has been
 * made by then, in another store: a database that is away must not keep anybody from revoking, nor have them wait. Its
 * row waits, and is written when the database is back.
 */
export const createRecordedChanges = (options: RecordedChangesOptions): RecordedChanges => {
  const { accounts, logger, clock, patienceMs = 1_000, retryMs = 2_000, waitingMax = 10_000 } = options
  if (accounts === undefined)
    return {
      changed: async (actor, audited) => logger.info({ ...actor, ...audited }, 'changed'),
      close: async () => {},
    }
  const { audit } = accounts
  const waiting: Row[] = []
  const writing = new Set<Promise<void>>()
  const closing = new AbortController()
  let retrying: Promise<void> | undefined

  const onlyLogged = ({ actor, audited }: Row, why: string, error?: unknown): void =>
    logger.error({ ...actor, ...audited, err: error }, `a change is in this log alone: ${why}`)
  const write = async (row: Row): Promise<void> => {
    try {
      await audit.record(row.actor, row.audited, row.at)
    } catch (error) {
      if (!isPassing(error)) return onlyLogged(row, 'the audit log refuses it', error)
      if (waiting.length >= waitingMax) return onlyLogged(row, 'too many wait for the audit log')
      const { action, resource } = row.audited
      logger.warn({ err: error, ...row.actor, action, resource }, 'a change waits for the audit log')
      waiting.push(row)
      retrying ??= retry()
    }
  }
  /** Each in its turn; what was written although nobody heard so is not written again. */
  const writeWaiting = async (): Promise<void> => {
    for (let row = waiting[0]; row !== undefined; row = waiting[0]) {
      try {
        await audit.recordOnce(row.actor, row.audited, row.at)
      } catch (error) {
        if (isPassing(error)) throw error
        // It would be refused each time, and all behind it would wait.
        onlyLogged(row, 'the audit log refuses it', error)
      }
      waiting.shift()
    }
  }
  const retry = async (): Promise<void> => {
    while (waiting.length > 0 && !closing.signal.aborted) {
      await wait(retryMs, undefined, { signal: closing.signal }).catch(() => {})
      await writeWaiting().catch(() => {})
    }
    retrying = undefined
  }

  return {
    changed: async (actor, audited) => {
      logger.info({ ...actor, ...audited }, 'changed')
      const written = write({ actor, audited: keepable(audited), at: clock() })
      writing.add(written)
      void written.then(() => writing.delete(written))
      await inTime(written, patienceMs)
    },
    close: async () => {
      closing.abort()
      await Promise.all([...writing, retrying])
      for (const row of waiting) onlyLogged(row, 'the audit log did not take it before the end')
    },
  }
}

const isPassing = (error: unknown): boolean => {
  const failure = databaseFailureOf(error, 'query')
  return failure instanceof AccountError && failure.retryable
}

/** Postgres keeps no NUL in JSON: whoever wrote one into a spec would leave no trace of what they did. */
const keepable = (audited: Audited): Audited =>
  JSON.parse(JSON.stringify(audited).replaceAll('\\u0000', '\\ufffd')) as Audited
