/** One connection to the engine. Sessions run beside each other; the statements of one run one after another. */
export interface Session {
  run(statement: string, format: string): Promise<Outcome>
  /** In chunks of whole rows. Only for statements that return rows. */
  stream(statement: string, format: string): AsyncIterable<Uint8Array>
  close(): void
}

export interface Outcome {
  readonly bytes: Uint8Array
  /** Read by a query, written by an insert. */
  readonly rows: number
  readonly rowBytes: number
  readonly elapsedS: number
}

/** Cheap (0.1 ms), so that every request has one of its own, and what it sets there ends with it. */
export type OpenSession = () => Session
