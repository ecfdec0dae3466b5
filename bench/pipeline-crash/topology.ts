/** Something that can be killed at any time, and is there again some time later. */
interface Victim {
  readonly name: string
  /** Resolves when it was killed and its next start has begun. */
  readonly kill: () => Promise<void>
}

/** A pipeline as it may be run. */
export interface Topology {
  readonly name: string
  /** Of ingest; the same after every kill. */
  readonly ingestUrl: string
  readonly apiKey: string
  readonly victims: readonly Victim[]
  /** Where ClickHouse answers at present; undefined while nobody knows. */
  readonly clickhouseUrl: () => string | undefined
  /** Records that were set aside as ones that cannot be stored. */
  readonly close: () => Promise<void>
}

export const database = 'mcp'
