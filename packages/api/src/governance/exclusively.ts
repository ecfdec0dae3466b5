import type { Accounts } from '../accounts.ts'

export type Exclusively = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** One piece of work of a name at a time: in this process, and, where accounts are kept, in all that have them. */
export const createExclusively = (accounts: Accounts | undefined): Exclusively => {
  const last = new Map<string, Promise<unknown>>()
  return (name, work) => {
    const before = last.get(name) ?? Promise.resolve()
    const all = () => (accounts === undefined ? work() : accounts.locks.exclusively(name, work))
    const done = before.then(all, all)
    last.set(name, done)
    const forget = () => {
      if (last.get(name) === done) last.delete(name)
    }
    done.then(forget, forget)
    return done
  }
}
