import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'
import type { ResourceStore } from '@mcp-sentinel/resources'
import type { Accounts } from './accounts.ts'
import { problem } from './problems.ts'

/** What the API asks. Each may be missing: then only what needs it is refused, by the engine's name. */
export interface EngineOptions {
  readonly accounts?: Accounts | undefined
  /** Of events. */
  readonly store?: ClickHouse | undefined
  /** Of servers, grants and sessions. */
  readonly resources?: ResourceStore | undefined
}

/** Asked for at each use; one that is missing throws what the client is told. */
export interface Engines {
  readonly accounts: () => Accounts
  readonly store: () => ClickHouse
  readonly resources: () => ResourceStore
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export const createEngines = (
  { accounts, store, resources }: EngineOptions,
  clock: () => number,
): Engines => ({
  accounts: there(accounts, 'platform_unavailable', 'no database of accounts is configured here'),
  store: there(store, 'analytics_unavailable', 'no event store is configured here'),
  resources: there(
    resources,
    'resources_unavailable',
    'no store of servers, grants and sessions is configured here',
  ),
  clock,
})

const there =
  <T>(engine: T | undefined, code: Parameters<typeof problem>[0], message: string) =>
  (): T => {
    if (engine === undefined) throw problem(code, message)
    return engine
  }
