/** One thing that `up` keeps running: a process of its own, or a service in this one. */
export interface Part {
  /** By which it is asked for. */
  readonly key: string
  /** For people. */
  readonly display: string
  readonly namespace: string
  /** What it says goes to `log`, line by line. Started again it must be where it was: same port, same data. */
  readonly start: (log: (line: string) => void) => Promise<Running>
}

export interface Running {
  readonly close: () => Promise<void>
  /** Resolves with how it ended when it did so by itself; a part that never does has none. */
  readonly ended?: Promise<string>
  /** Resolves with why it cannot do its work, or with nothing. */
  readonly check?: () => Promise<string | undefined>
  /** For what restarts itself; otherwise it is closed and started. */
  readonly restart?: () => Promise<void>
}

/** Starts a part, and keeps it running. */
export type Run = (part: Part) => Promise<void>

/** The parts of the stack itself live there; a guarded server lives where its resource does. */
export const stackNamespace = 'mcp-sentinel'
