import { AccountError } from '../errors.ts'

/**
 * SQLSTATE: connections, resources, a server that goes down or comes up; a statement that took too long; those that got
 * in each other's way; a standby that became of a primary; tables that are not made yet.
 */
const passing = /^(08...|53...|57P0.|57014|58...|40001|40P01|25006|55P03|42P01)$/

const faultsOfOurs = [TypeError, RangeError, SyntaxError, AccountError]

/** What was said was heard: the connection is as good as before. */
export const isSaidByServer = (error: unknown): boolean =>
  typeof (error as { readonly severity?: unknown } | null)?.severity === 'string'

/**
 * An error of the driver as its callers know it. What the server says has a severity and a state; what is said without
 * is the driver's own, of a connection that could not be had or was lost. All else is a fault of ours and stays.
 */
export const databaseFailureOf = (error: unknown, phase: 'connect' | 'query'): unknown => {
  if (faultsOfOurs.some((fault) => error instanceof fault)) return error
  const { code } = (error ?? {}) as { readonly code?: unknown }
  if (phase === 'query' && isSaidByServer(error) && !passing.test(String(code))) return error
  return new AccountError('database_unavailable', 'the database of accounts does not answer', {
    cause: error,
    retryable: true,
  })
}
