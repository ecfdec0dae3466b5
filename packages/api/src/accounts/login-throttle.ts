import { isIPv6 } from 'node:net'
import { type RawBuilder, sql } from 'kysely'
import { AccountError } from '../errors.ts'
import type { Context } from './context.ts'
import { digestOf } from './secret-digest.ts'

/** Failures that cost nothing: of an account, and of an address, which many people may share. */
export const loginFailuresFree = { account: 4, address: 30 } as const
/** Of one address, until nobody has come from there for the time after which failures are forgotten. */
export const signupsFree = 20
export const loginBlockFirstS = 15
export const loginBlockMaxS = 300
export const loginFailuresForgottenAfterMs = 30 * 60_000

export interface LoginThrottle {
  /** Counts an attempt of an address that no success takes back: whoever makes accounts, or asks which there are. */
  readonly beginSignup: (address: string | undefined) => Promise<void>
  /** Counts an attempt as failed before it is judged, so that many at once are as many; throws `login_throttled`. */
  readonly begin: (email: string, address: string | undefined) => Promise<void>
  /** Takes the attempt back, and forgets the failures of the account. Those of the address stay: it may hold accounts of its own. */
  readonly succeed: (email: string, address: string | undefined) => Promise<void>
}

export const createLoginThrottle = ({ db, clock }: Context): LoginThrottle => {
  const count = async (subject: string, free: number): Promise<void> => {
    const now = new Date(clock())
    const forgotten = new Date(clock() - loginFailuresForgottenAfterMs)
    const failures = sql<number>`CASE WHEN login_throttles.last_failure_at < ${forgotten} THEN 1 ELSE login_throttles.failures + 1 END`
    const counted = await db
      .insertInto('login_throttles')
      .values({ subject, failures: 1, last_failure_at: now, blocked_until: now })
      .onConflict((conflict) =>
        conflict
          .column('subject')
          .doUpdateSet({ failures, last_failure_at: now, blocked_until: blockedUntil(now, failures, free) })
          .where('login_throttles.blocked_until', '<=', now),
      )
      .returning('failures')
      .executeTakeFirst()
    if (counted !== undefined) return
    const row = await db
      .selectFrom('login_throttles')
      .select('blocked_until')
      .where('subject', '=', subject)
      .executeTakeFirst()
    const retryAfterS = Math.max(1, Math.ceil(((row?.blocked_until.getTime() ?? 0) - clock()) / 1000))
    throw new AccountError('login_throttled', 'too many failed logins; try again later', {
      retryable: true,
      details: { retryAfterS },
    })
  }

  return {
    beginSignup: async (address) => {
      if (address !== undefined) await count(`signup:${ofAddress(address)}`, signupsFree)
    },
    begin: async (email, address) => {
      if (address !== undefined) await count(ofAddress(address), loginFailuresFree.address)
      await count(ofAccount(email), loginFailuresFree.account)
    },
    succeed: async (email, address) => {
      const forgotten = new Date(clock() - loginFailuresForgottenAfterMs)
      await db
        .deleteFrom('login_throttles')
        .where((row) =>
          row.or([row('subject', '=', ofAccount(email)), row('last_failure_at', '<', forgotten)]),
        )
        .execute()
      if (address === undefined) return
      await db
        .updateTable('login_throttles')
        .set((row) => ({ failures: row('failures', '-', 1), blocked_until: new Date(clock()) }))
        .where('subject', '=', ofAddress(address))
        .where('failures', '>', 0)
        .execute()
    },
  }
}

const blockedUntil = (now: Date, failures: RawBuilder<number>, free: number): RawBuilder<Date> =>
  sql<Date>`CASE WHEN ${failures} <= ${free}::int THEN ${now}::timestamptz ELSE ${now}::timestamptz + make_interval(
    secs => least(${loginBlockMaxS}::int, ${loginBlockFirstS}::int * power(2, least(${failures} - ${free}::int - 1, 10)))) END`

/** Whether the account is there or not, and without storing what somebody typed, which may have been a password. */
const ofAccount = (email: string): string => `account:${digestOf(email)}`

/** One that has an IPv6 address has 2^64 of them. */
const ofAddress = (address: string): string => {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return `address:${address.replace(/^::ffff:/, '')}`
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length
  const all = [...groups, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...rest]
  const network = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `address:${network.join(':')}::/64`
}
