import { decodeEnvelope } from '../../codec.ts'
import type { RequestRecord } from '../../envelope.ts'
import { listSegments } from '../../segment/files.ts'
import type { Frame } from '../../segment/frame.ts'
import { createSegmentReader } from '../../segment/reader.ts'
import { type Break, verifyChains } from '../../verify.ts'
import { isEvent } from '../frames.ts'

export const requestRecord = (decisionId: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  agent_id: 'ops-agent',
  bytes_in: 300,
  bytes_out: 900,
  cluster: 'local',
  decision: 'allow',
  decision_id: decisionId,
  human_id: 'alice',
  latency_ms: 12.5,
  method: 'POST',
  namespace: 'ns',
  path: '/mcp',
  policy_version: 'v1',
  reason: 'allowed',
  server: 'payments',
  session_id: 's-1',
  status: 200,
  subject_team_id: '',
  team_id: 'team',
  ...more,
})

/** All frames of a directory that is at rest. */
export const readFrames = async (directory: string): Promise<readonly Frame[]> => {
  const reader = createSegmentReader({ directory })
  const names = await listSegments(directory)
  const frames: Frame[] = []
  const limit = Number.MAX_SAFE_INTEGER
  const last = names.at(-1)?.firstOffset ?? 0
  for (let at = names[0]?.firstOffset ?? 0; ; ) {
    const batch = await reader.read(at, { limit }).catch((error: unknown) => {
      // Behind the last frame there is no other.
      if (at < last) throw error
      return undefined
    })
    if (batch === undefined) break
    frames.push(...batch.frames)
    at = batch.next
  }
  await reader.close()
  return frames
}

export interface ReadEvent {
  readonly type: string
  readonly payload: string
  /** Of an `mcp.request`; else empty. */
  readonly decisionId: string
  readonly outcome: string | undefined
  readonly lost: number
  readonly reason: string
  readonly traceparent: string | undefined
}

export const eventOf = (bytes: Uint8Array): ReadEvent => {
  const decoding = decodeEnvelope(bytes)
  if (!decoding.ok) throw new Error(decoding.rejection.message)
  const { event_type, payload, traceparent } = decoding.decoded.envelope
  const { decision_id: decisionId = '', outcome, lost = 0, reason = '' } = JSON.parse(payload)
  return { type: event_type, payload, decisionId, outcome, lost, reason, traceparent }
}

export const readEvents = async (directory: string): Promise<readonly ReadEvent[]> =>
  (await readFrames(directory)).filter(isEvent).map(({ value }) => eventOf(value))

export const breaksOf = (events: readonly ReadEvent[]): readonly Break[] =>
  verifyChains(
    events.map(({ payload }) => payload),
    { keys: new Map() },
  ).breaks

/** Chains that do not say that they continue the one before them. */
export const unlinkedIn = (events: readonly ReadEvent[]): readonly string[] => {
  const starts = events
    .filter(({ type }) => type === 'mcp.chain.start')
    .map(({ payload }) => JSON.parse(payload))
  return starts.flatMap(({ prev_chain, _audit: { chain } }, n) =>
    prev_chain === (starts[n - 1]?._audit.chain ?? '') ? [] : [chain],
  )
}

/** How often each decision has its event. */
export const countDecisions = (events: readonly ReadEvent[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { type, decisionId } of events)
    if (type === 'mcp.request') counts.set(decisionId, (counts.get(decisionId) ?? 0) + 1)
  return counts
}
