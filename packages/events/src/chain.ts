import assert from 'node:assert/strict'
import { hash, type KeyObject, sign } from 'node:crypto'
import {
  type ChainStart,
  chainStartPayload,
  checkpointPayload,
  type Gap,
  gapPayload,
  requestPayload,
  signedText,
} from './build.ts'
import type { AuditHead, Disclosure, Envelope, EventType, RequestRecord, TraceContext } from './envelope.ts'

/** The head of a chain after an event: SHA-256 over the exact bytes of its payload, in hex. */
export const headAfter = (payload: string): string => hash('sha256', payload, 'hex')

/** Who signs checkpoints. The public key lives elsewhere than the events. */
export interface CheckpointKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

export interface ChainOptions {
  /** `<namespace>/<server>/<instance>`. */
  readonly producer: string
  readonly source: string
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly ids: () => string
  /** Where the producer's chain before ended, if it is known. */
  readonly previous?: { readonly chain: string; readonly head: string } | undefined
  readonly reason?: ChainStart['reason'] | undefined
}

/** Where a chain stands. */
export interface ChainPosition {
  readonly chain: string
  readonly seq: number
  readonly head: string
}

/**
 * The events of one producer from one start on, each with the head of the one before. Making an event moves the chain:
 * an event that was made must be kept, or taken back and told as a gap.
 */
export interface Chain {
  readonly position: () => ChainPosition
  readonly start: () => Envelope
  readonly request: (record: RequestRecord, trace?: TraceContext, type?: RequestType) => Envelope
  readonly gap: (gap: Gap) => Envelope
  readonly checkpoint: (key: CheckpointKey) => Envelope
  /** The last event was not kept: the chain stands where it stood before it. Once after an event. */
  readonly revert: () => void
}

type RequestType = Extract<EventType, 'mcp.request' | 'mcp.request.open'>

export const createChain = (options: ChainOptions): Chain => {
  const { producer, source, clock, ids, previous, reason = 'start' } = options
  const chain = `${producer}/${ids()}`
  let seq = 0
  let head = ''
  let headBefore: string | undefined
  let lastTime = 0
  let time = new Date(0).toISOString()

  const event = (
    type: EventType,
    payloadOf: (head: AuditHead) => string,
    trace?: TraceContext,
    disclosures?: readonly Disclosure[],
  ): Envelope => {
    // A chain's time never runs back, whatever the clock does.
    const now = clock()
    if (now > lastTime) {
      lastTime = now
      time = new Date(now).toISOString()
    }
    const audit = {
      chain,
      event_type: type,
      id: ids(),
      prev: head,
      seq: seq + 1,
      source,
      time,
      v: 1,
    } as const
    const payload = payloadOf(audit)
    headBefore = head
    head = headAfter(payload)
    seq++
    return {
      timestamp: time,
      trace_id: traceIdOf(trace?.traceparent),
      source,
      event_type: type,
      traceparent: trace?.traceparent,
      tracestate: trace?.tracestate,
      baggage: trace?.baggage,
      payload,
      disclosures,
    }
  }

  return {
    position: () => ({ chain, seq, head }),
    start: () => {
      const start = { prev_chain: previous?.chain ?? '', prev_head: previous?.head ?? '', reason }
      return event('mcp.chain.start', (audit) => chainStartPayload(audit, start))
    },
    // Once: what is to be erased some day should not stand with each event of its call.
    request: (record, trace, type = 'mcp.request') =>
      event(
        type,
        (audit) => requestPayload(audit, record),
        trace,
        type === 'mcp.request' ? record.disclosures : undefined,
      ),
    gap: (gap) => event('mcp.gap', (audit) => gapPayload(audit, gap)),
    checkpoint: ({ kid, privateKey }) => {
      const upTo = { chain, seq, head }
      const sig = sign(null, Buffer.from(signedText(upTo)), privateKey).toString('base64url')
      return event('mcp.checkpoint', (audit) => checkpointPayload(audit, { ...upTo, kid, sig }))
    },
    revert: () => {
      assert(headBefore !== undefined, 'only the last event can be taken back')
      seq--
      head = headBefore
      headBefore = undefined
    },
  }
}

const traceIdOf = (traceparent: string | undefined): string | undefined =>
  traceparent !== undefined && traceparentStart.test(traceparent) ? traceparent.slice(3, 35) : undefined

const traceparentStart = /^[0-9a-f]{2}-[0-9a-f]{32}-/
