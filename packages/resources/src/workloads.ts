import type { ObjectKey } from './store.ts'

/** Nothing wanted, all there, some there, none there, cannot be told. */
export const componentStatuses = ['NotDeployed', 'Ready', 'Degraded', 'NotReady', 'Error'] as const

export type ComponentStatus = (typeof componentStatuses)[number]

/** A part of the stack that runs: a service, an engine, a guarded server. */
export interface Component {
  /** By which it is asked for: `ingest`, `clickhouse`. */
  readonly key: string
  /** For people. */
  readonly display: string
  readonly namespace: string
  /** `Deployment`, `StatefulSet`, `DaemonSet`; on one machine `Process`. */
  readonly kind: string
  /** Its name among its kind. */
  readonly resource: string
  readonly status: ComponentStatus
  /** How many of how many: `1/1`. */
  readonly ready: string
  /** Why it is not ready; empty where it is. */
  readonly message: string
}

export interface LogQuery {
  /** Epoch milliseconds: nothing older. */
  readonly sinceMs?: number | undefined
  /** The last so many lines; 1000, unless it is said. */
  readonly tail?: number | undefined
  /** Of the run before the last restart, in place of this one. */
  readonly previous?: boolean | undefined
}

export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number
  readonly text: string
}

/** What somebody else runs beside the servers: a Deployment and its Service. */
export interface DeploymentSpec extends ObjectKey {
  readonly image: string
  readonly version: string
  readonly port: number
  readonly replicas: number
  readonly labels: Readonly<Record<string, string>>
}

export interface Deployment extends ObjectKey {
  readonly image: string
  readonly replicas: number
  readonly ready: number
  readonly labels: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** A namespace as a team gets it: with quotas, limits, network policies and rights of its own, as far as there are any. */
export interface TeamNamespace {
  readonly name: string
  readonly team: string
}

/** What runs, and what operators may do with it. What fails rejects with `WorkloadError`. */
export interface Workloads {
  /** In a fixed order. One that cannot be looked at is among them, as `Error`. */
  readonly components: () => Promise<readonly Component[]>
  /**
   * Resolves to what is restarted, in its order, as soon as that has begun: `components` tells how it goes. Of all
   * components each waits for the one before it, so that never all of them are away.
   */
  readonly restart: (
    which: { readonly component: string } | { readonly all: true },
  ) => Promise<readonly string[]>
  /** The newest last. */
  readonly logs: (component: string, query?: LogQuery) => Promise<readonly LogLine[]>
  readonly deployments: {
    readonly list: (namespace?: string) => Promise<readonly Deployment[]>
    /** Creates it, or puts it in the place of the one of that name. */
    readonly apply: (spec: DeploymentSpec) => Promise<Deployment>
    readonly delete: (key: ObjectKey) => Promise<void>
  }
  readonly namespaces: {
    /** By name. */
    readonly list: () => Promise<readonly string[]>
    /** Makes it, or brings one that is there to what it should be. */
    readonly provision: (namespace: TeamNamespace) => Promise<void>
  }
}

/** Lines of a log that are given at most. */
export const logLinesMax = 10_000
export const logLinesUnlessSaid = 1000

/** Why something could not be done. Public: codes are added, never changed. */
export const workloadErrorCodes = [
  'unknown_component',
  /** Not here: there is no cluster. */
  'unsupported',
  'not_found',
  /** It is being restarted, or changed by somebody else. */
  'conflict',
  /** What was asked for cannot be: a name that is none, a limit that is exceeded. */
  'invalid',
  /** Where workloads run could not be reached. */
  'unavailable',
] as const

export type WorkloadErrorCode = (typeof workloadErrorCodes)[number]

export class WorkloadError extends Error {
  override readonly name = 'WorkloadError'
  readonly code: WorkloadErrorCode
  /** Whether the same request may pass later, as it is. */
  readonly retryable: boolean

  constructor(
    code: WorkloadErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
  }
}
