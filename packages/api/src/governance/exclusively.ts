import type { Accounts } from '../accounts.ts'
import { AccountError } from '../errors.ts'

export type Exclusively = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** While the database of accounts hangs, whoever waits behind others would wait as long as all of them together. */
const waitMsMax = 10_000

/** One piece of work of a name at a time: in this process, and, where accounts are kept, in all that have them. */
export const createExclusively = (accounts: Accounts | undefined): Exclusively => {
  const last = new Map<string, Promise<unknown>>()
  return (name, work) => {
    const before = last.get(name) ?? Promise.resolve()
    const since = performance.now()
    const all = () => {
      if (accounts === undefined) return work()
      if (performance.now() - since > waitMsMax)
        throw new AccountError('database_unavailable', 'others were not done in time', { retryable: true })
      return accounts.locks.exclusively(name, work)
    }
    const done = before.then(all, all)
    last.set(name, done)
    const forget = () => {
      if (last.get(name) === done) last.delete(name)
    }
    done.then(forget, forget)
    return done
  }
}
