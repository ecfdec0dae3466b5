import type { EventLog } from '@mcp-sentinel/events'
import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'
import type { Signer } from '@mcp-sentinel/identity'
import type { MCPServer, ResourceStore } from '@mcp-sentinel/resources'
import type { RenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import type { Workloads } from '@mcp-sentinel/resources/workloads'
import type { Accounts } from './accounts.ts'
import type { Entrance } from './authentication/entrance.ts'
import { boundedStore } from './bounded-store.ts'
import type { RecordChange } from './governance/audited.ts'
import { createExclusively, type Exclusively } from './governance/exclusively.ts'
import { inCluster } from './governance/server-urls.ts'
import { createVerdicts, type VerdictOf } from './governance/verdicts.ts'
import { createLiveTail, type LiveTail } from './live-tail.ts'
import { type Platform, platformDefaults } from './platform.ts'
import { problem } from './problems.ts'

/** What the API asks. Each may be missing: then only what needs it is refused, by the engine's name. */
export interface EngineOptions {
  readonly accounts?: Accounts | undefined
  /** Of events. */
  readonly store?: ClickHouse | undefined
  /** From which events come into the store; watched by those who watch events. */
  readonly log?: EventLog | undefined
  /** Of the log, as the store has it. */
  readonly logTopic?: string | undefined
  /** Of servers, grants and sessions. */
  readonly resources?: ResourceStore | undefined
  /** Of components, deployments and namespaces. */
  readonly workloads?: Workloads | undefined
  readonly platform?: Partial<Platform> | undefined
  readonly entrance?: Entrance | undefined
  /** Signs what the API says of callers to gateways. */
  readonly signer?: Signer | undefined
  /** Where the API itself reaches a server through its gateway, if it does. */
  readonly serverUrlOf?: ((server: MCPServer) => string | undefined) | undefined
}

/** Asked for at each use; one that is missing throws what the client is told. */
export interface Engines {
  readonly accounts: () => Accounts
  /** The accounts where there are any: for what is only told when it is known. */
  readonly accountsIfAny: Accounts | undefined
  readonly store: () => ClickHouse
  readonly live: () => LiveTail
  /** Lists come from memory, and may be late by what others have written a moment ago. */
  readonly resources: () => ResourceStore
  /** Lists are what there is now: for what nobody else may have taken meanwhile. */
  readonly storedResources: () => ResourceStore
  readonly policies: () => RenderedPolicies
  readonly verdictOf: VerdictOf
  readonly workloads: () => Workloads
  /** As `accountsIfAny`. */
  readonly workloadsIfAny: Workloads | undefined
  readonly platform: Platform
  readonly entrance: Entrance
  readonly signer: Signer | undefined
  readonly serverUrlOf: (server: MCPServer) => string | undefined
  readonly exclusively: Exclusively
  /** Writes a change of resources down. */
  readonly changed: RecordChange
  /** Epoch milliseconds. */
  readonly clock: () => number
}

interface EngineParts {
  /** The resources, listed from memory. */
  readonly remembered: ResourceStore | undefined
  /** Rendered of the resources. */
  readonly policies: RenderedPolicies | undefined
  readonly changed: RecordChange
  readonly clock: () => number
}

export const createEngines = (
  {
    accounts,
    store: givenStore,
    log,
    logTopic = 'mcp.events',
    resources,
    workloads,
    platform,
    entrance = {},
    signer,
    serverUrlOf = inCluster,
  }: EngineOptions,
  { policies, remembered, changed, clock }: EngineParts,
): Engines => {
  const store = givenStore && boundedStore(givenStore)
  const noResources = [
    'resources_unavailable',
    'no store of servers, grants and sessions is configured here',
  ] as const
  return {
    accounts: there(accounts, 'platform_unavailable', 'no database of accounts is configured here'),
    accountsIfAny: accounts,
    store: there(store, 'analytics_unavailable', 'no event store is configured here'),
    live: there(
      log && store && createLiveTail({ log, store, topic: logTopic }),
      'analytics_unavailable',
      'no log of events is configured here, or no store of them',
    ),
    resources: there(remembered, ...noResources),
    storedResources: there(resources, ...noResources),
    policies: there(policies, ...noResources),
    verdictOf: createVerdicts(there(policies, ...noResources)),
    workloads: there(workloads, 'workloads_unavailable', 'nothing that runs components is configured here'),
    workloadsIfAny: workloads,
    platform: { ...platformDefaults, ...platform },
    entrance,
    signer,
    serverUrlOf,
    exclusively: createExclusively(accounts),
    changed,
    clock,
  }
}

const there =
  <T>(engine: T | undefined, code: Parameters<typeof problem>[0], message: string) =>
  (): T => {
    if (engine === undefined) throw problem(code, message)
    return engine
  }
