import type { Actor } from '../accounts/context.ts'
import type { User } from '../accounts/users.ts'
import { type Accounts, createAccounts, randomIds } from '../accounts.ts'
import type { Database } from '../database.ts'
import { createPasswords } from '../passwords.ts'

export const actor: Actor = { requestId: 'req-1', address: '192.0.2.1', identity: 'test' }
export const password = 'correct horse battery'

/** What a suite has for each of its tests. */
export interface Scene {
  readonly world: World
  readonly database: Database
}

export interface World extends Accounts {
  /** Lets time go by. */
  readonly wait: (ms: number) => void
  readonly now: () => number
  readonly person: (name: string, role?: User['role']) => Promise<User>
  readonly audited: () => Promise<
    readonly { action: string; resource: string | null; status: string | null }[]
  >
}

const passwords = await createPasswords({ waitingMax: 1000 })

export const createWorld = (database: Database): World => {
  let now = Date.parse('2026-06-01T08:00:00Z')
  const accounts = createAccounts({ db: database.db, clock: () => now, ids: randomIds, passwords })
  return {
    ...accounts,
    wait: (ms) => {
      now += ms
    },
    now: () => now,
    person: (name, role = 'user') =>
      accounts.users.create({ email: `${name}@example.org`, password, role }, actor),
    audited: () =>
      database.db
        .selectFrom('audit_logs')
        .select(['action', 'resource', 'status'])
        .where('action', '!=', 'user_create')
        .orderBy('id')
        .execute(),
  }
}
