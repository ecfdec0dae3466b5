import { setTimeout as wait } from 'node:timers/promises'
import type { HealthCheck, Logger } from '@mcp-sentinel/service'
import { seedAccount } from './accounts/seed.ts'
import { type Accounts, createAccounts, randomIds } from './accounts.ts'
import { dsnOf, seedsOf } from './config/accounts-variables.ts'
import type { Settings } from './config.ts'
import { type Database, openDatabase } from './database.ts'
import { AccountError } from './errors.ts'
import { createPasswords } from './passwords.ts'
import { createPeriodic } from './periodic.ts'

const retryEveryMs = 2_000
const pruneEveryMs = 10 * 60_000
const actor = { requestId: 'bootstrap', identity: 'bootstrap' }

export interface OpenedAccounts {
  readonly accounts: Accounts
  /** Fails until the tables are as they should be, and never again: an outage later on is told request by request. */
  readonly check: HealthCheck
  readonly close: () => Promise<void>
}

/** The accounts that the settings name; undefined where they name none. Rejects when the database is not for this release. */
export const openAccounts = async (settings: Settings, log: Logger): Promise<OpenedAccounts | undefined> => {
  const database = await databaseOf(settings, log)
  if (database === undefined) return undefined
  const accounts = await accountsIn(database)
  const ending = new AbortController()
  let isPrepared = false
  const prepareOnce = async (): Promise<void> => {
    await prepare(database, accounts, settings, log)
    isPrepared = true
  }
  let preparing: Promise<void> = Promise.resolve()
  try {
    await prepareOnce()
  } catch (error) {
    if (!isPassing(error)) {
      await database.close()
      throw error
    }
    log.warn({ err: error }, 'the database of accounts does not answer yet')
    preparing = until(prepareOnce, ending.signal, log)
  }
  const endPruning = createPeriodic({
    everyMs: pruneEveryMs,
    work: async () => log.debug({ ...(await accounts.prune()) }, 'pruned'),
    report: (error) => log.warn({ err: error }, 'what has ended could not be taken away'),
  })

  return {
    accounts,
    check: {
      name: 'accounts',
      error: 'platform_unavailable',
      deadlineMs: 1_000,
      check: async () => {
        if (!isPrepared)
          throw new AccountError('database_unavailable', 'no tables of accounts yet', { retryable: true })
      },
    },
    close: async () => {
      ending.abort()
      await endPruning()
      await preparing
      await database.close()
    },
  }
}

/** Brings the tables up to date and makes the accounts of the settings, and waits for the server as long as they say. */
export const prepareAccounts = async (settings: Settings, log: Logger): Promise<void> => {
  const database = await databaseOf(settings, log)
  if (database === undefined)
    throw new Error('no database of accounts is configured: POSTGRES_DSN is not set')
  try {
    const accounts = await accountsIn(database)
    const deadline = Date.now() + settings.PLATFORM_DB_STARTUP_TIMEOUT
    for (;;) {
      try {
        await prepare(database, accounts, settings, log)
        return
      } catch (error) {
        if (!isPassing(error) || Date.now() + retryEveryMs > deadline) throw error
        log.info('the database of accounts does not answer yet')
        await wait(retryEveryMs)
      }
    }
  } finally {
    await database.close()
  }
}

const databaseOf = async (settings: Settings, log: Logger): Promise<Database | undefined> => {
  const dsn = dsnOf(settings)?.reveal()
  const { POSTGRES_DIRECTORY: dataDirectory, PLATFORM_DB_MAX_CONNS: connectionsMax } = settings
  if (dsn === undefined) return dataDirectory === undefined ? undefined : openDatabase({ dataDirectory })
  const report = (error: Error) =>
    log.warn({ err: error }, 'a connection to the database of accounts was lost')
  return openDatabase({ dsn, pool: { connectionsMax, report } })
}

const accountsIn = async ({ db }: Database): Promise<Accounts> =>
  createAccounts({ db, clock: Date.now, ids: randomIds, passwords: await createPasswords() })

const prepare = async (
  database: Database,
  { users }: Accounts,
  settings: Settings,
  log: Logger,
): Promise<void> => {
  const applied = await database.migrate()
  if (applied.length > 0) log.info({ applied }, 'migrated')
  if (settings.PLATFORM_DEV_LOGIN_ENABLED)
    log.warn('there are logins for trying things out: this is no production')
  for (const { email, password, role } of seedsOf(settings)) {
    const outcome = await seedAccount(users, { email, password: password.reveal(), role }, actor)
    if (outcome === 'made') log.info({ email, role }, 'made an account')
  }
}

const isPassing = (error: unknown): boolean => error instanceof AccountError && error.retryable

const until = async (work: () => Promise<void>, signal: AbortSignal, log: Logger): Promise<void> => {
  while (!signal.aborted) {
    await wait(retryEveryMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error)) log.error({ err: error }, 'the database of accounts cannot be used')
    }
  }
}
