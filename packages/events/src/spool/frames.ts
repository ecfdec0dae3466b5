import type { RequestRecord, TraceContext } from '../envelope.ts'
import { EventError } from '../errors.ts'
import type { Frame } from '../segment/frame.ts'
import type { FrameHeaders } from '../segment/headers.ts'

/**
 * What a frame of a spool is, by its header `kind`. A frame without one is an event; `close` is an event, too, and ends
 * the intent of its `key`. The others stay here: `withdrawn` ends an intent whose call was refused after all, `end` is
 * the last frame of a spool that was closed in order.
 */
export type FrameKind = 'event' | 'intent' | 'close' | 'withdrawn' | 'end'

export const headersOf = (kind: FrameKind, decisionId: string): FrameHeaders => ({ kind, key: decisionId })
export const endHeaders: FrameHeaders = { kind: 'end' }

export const kindOf = ({ headers }: Frame): string => headers['kind'] ?? 'event'
export const keyOf = ({ headers }: Frame): string => headers['key'] ?? ''
export const isEvent = (frame: Frame): boolean => ['event', 'close'].includes(kindOf(frame))

/** What is known of a call before it goes on. */
export interface IntentValue {
  readonly record: RequestRecord
  readonly trace?: TraceContext | undefined
}

export const encodeIntent = (intent: IntentValue): Buffer => Buffer.from(JSON.stringify(intent))

/** The checksum held, so these are the bytes that `encodeIntent` made. */
export const decodeIntent = (value: Buffer): IntentValue => {
  try {
    return JSON.parse(value.toString()) as IntentValue
  } catch (cause) {
    throw new EventError('segment_corrupt', 'an intent that is no JSON', { cause })
  }
}

/** The call went on, and nobody saw how it ended. */
export const unknownEnd = (record: RequestRecord): RequestRecord => ({
  ...record,
  bytes_out: 0,
  latency_ms: 0,
  outcome: 'unknown',
  status: 0,
})
