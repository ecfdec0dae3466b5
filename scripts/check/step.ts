/** What a step may know: the tree that it judges, and whether it may rewrite the file that it pins. */
export interface Scope {
  readonly root: string
  readonly update: boolean
}

/** One thing the gate holds. `run` gives the faults it found, one string each, and none when all is well. */
export interface Step {
  readonly name: string
  readonly about: string
  /** Reads `dist`, so it waits for the build. */
  readonly built?: boolean
  run(scope: Scope): Promise<readonly string[]>
}
