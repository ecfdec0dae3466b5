/** An engine that is up. `kill` is a crash: nothing is flushed, the data stays, and `restart` opens it again. */
export interface RunningEngine {
  /** The variables that say where it is. They hold across a restart. */
  readonly env: Readonly<Record<string, string>>
  kill(): Promise<void>
  restart(): Promise<void>
  /** It hangs: it refuses nothing, and answers nothing until it is thawed. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

export type Say = (line: string) => void

/** A real engine that tests may ask for, on loopback, with what it needs brought by package managers alone. */
export interface Engine {
  readonly about: string
  readonly variables: readonly string[]
  /** Brings what is missing and says so; passes over what is there. */
  install(say: Say): Promise<void>
  /** Installs first, so that a test can start one of its own. Resolved when the engine itself says that it serves. */
  start(say: Say): Promise<RunningEngine>
}
