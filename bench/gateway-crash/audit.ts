import { readFile } from 'node:fs/promises'
import { decodeEnvelope, type Envelope, verifyChains } from '@mcp-sentinel/events'

export interface Found {
  /** Decisions whose events came, each counted once. */
  readonly records: number
  /** Of those, calls whose end nobody knows: the process died before. */
  readonly unknown: number
  /** Calls that the server saw and no record tells of. */
  readonly missing: number
  /** Of those, calls that were answered. */
  readonly missingAnswered: number
  /** Decisions that a second event tells of. */
  readonly duplicates: number
  /** Events that came again, as they do when a process dies before it has noted that they were taken. */
  readonly resent: number
  readonly chains: number
  readonly chainBreaks: number
}

export interface Kept {
  /** What ingest took, an event a line. */
  readonly file: string
  /** What the server saw, by its traces. */
  readonly seen: readonly string[]
  readonly calls: ReadonlyMap<string, boolean>
}

/** What was recorded, beside what the server saw. */
export const audit = async ({ file, seen, calls }: Kept): Promise<Found> => {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  const byId = new Map<string, Envelope>()
  for (const line of lines) {
    const decoding = decodeEnvelope(Buffer.from(line))
    if (!decoding.ok) throw new Error(`Ingest was sent what is no event: ${decoding.rejection.message}`)
    const { audit: head, envelope } = decoding.decoded
    if (head === undefined) throw new Error('Ingest was sent an event without a chain')
    // As the store does: an event is what its id says.
    if (!byId.has(head.id)) byId.set(head.id, envelope)
  }
  const decisions = [...byId.values()].filter(({ event_type }) => event_type === 'mcp.request')
  const payloads = decisions.map(({ payload }) => JSON.parse(payload) as Payload)
  const recorded = new Set(decisions.map(({ traceparent }) => traceparent))
  const missing = seen.filter((trace) => !recorded.has(trace))
  const { breaks, chains } = verifyChains(
    [...byId.values()].map(({ payload }) => payload),
    { keys: new Map() },
  )
  for (const one of breaks.slice(0, 10)) console.log('  broken:', one)
  return {
    records: decisions.length,
    unknown: payloads.filter(({ outcome }) => outcome === 'unknown').length,
    missing: missing.length,
    missingAnswered: missing.filter((trace) => calls.get(trace)).length,
    duplicates: decisions.length - new Set(payloads.map(({ decision_id }) => decision_id)).size,
    resent: lines.length - byId.size,
    chains: chains.length,
    chainBreaks: breaks.length,
  }
}

interface Payload {
  readonly decision_id: string
  readonly outcome?: string
}
