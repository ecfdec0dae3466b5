import { sql } from 'kysely'
import type { Context } from './context.ts'

export interface Locks {
  /** Does the work while nobody else does any under the same name, in any process that has this database. */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>
}

export const createLocks = ({ db }: Context): Locks => ({
  exclusively: (name, work) =>
    db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction)
      return work()
    }),
})
