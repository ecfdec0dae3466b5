import { stat } from 'node:fs/promises'
import { headAfter } from '../chain.ts'
import { decodeEnvelope } from '../codec.ts'
import { EventError } from '../errors.ts'
import { listSegments } from '../segment/files.ts'
import type { Frame } from '../segment/frame.ts'
import { createSegmentReader } from '../segment/reader.ts'
import type { FileSize } from '../segment/sync-tail.ts'
import { decodeIntent, type IntentValue, isEvent, keyOf, kindOf } from './frames.ts'

/** A call that was open when its process died. */
export interface ScannedIntent {
  readonly id: string
  readonly offset: number
  readonly frameBytes: number
  readonly value: Buffer
  readonly intent: IntentValue
}

/** What the files of a spool tell at its start. */
export interface Scanned {
  /** Oldest first. */
  readonly files: readonly FileSize[]
  /** The first that is not shipped. */
  readonly shipped: number
  /** Of the frames from there on. */
  readonly pendingBytes: number
  /** The last event before. */
  readonly lastShippedEvent: number
  readonly open: readonly ScannedIntent[]
  /** Where the chain before ended. */
  readonly previous: { readonly chain: string; readonly head: string } | undefined
  /** The process before closed the spool, or there was none. */
  readonly isEnded: boolean
}

/**
 * Reads all frames that are left, as many as the bound of the spool lets there be. `shippedBefore` is what was noted at
 * some time: when it cannot be, all is shipped again.
 */
export const scan = async (
  directory: string,
  nextOffset: number,
  shippedBefore: number | undefined,
): Promise<Scanned> => {
  const names = await listSegments(directory)
  const files = await Promise.all(
    names.map(async ({ firstOffset, path }) => ({ firstOffset, bytes: (await stat(path)).size })),
  )
  const first = names[0]?.firstOffset ?? 0
  const noted = shippedBefore ?? first
  const shipped = noted > nextOffset ? first : Math.max(noted, first)

  const open = new Map<string, ScannedIntent>()
  let pendingBytes = 0
  let lastShippedEvent = first
  let lastEvent: Buffer | undefined
  let isEnded = true
  const look = (frame: Frame): void => {
    const kind = kindOf(frame)
    if (kind === 'intent') putLast(open, intentOf(frame))
    else if (kind === 'close' || kind === 'withdrawn') open.delete(keyOf(frame))
    if (isEvent(frame)) lastEvent = frame.value
    if (frame.offset >= shipped) pendingBytes += frame.bytes
    else if (isEvent(frame)) lastShippedEvent = frame.offset
    isEnded = kind === 'end'
  }

  const reader = createSegmentReader({ directory })
  try {
    for (let at = first; at < nextOffset; ) {
      const batch = await reader.read(at, { limit: nextOffset })
      batch.frames.forEach(look)
      // A view would keep its whole batch.
      lastEvent &&= Buffer.from(lastEvent)
      at = batch.next
    }
  } finally {
    await reader.close()
  }
  const previous = lastEvent && endOf(lastEvent)
  return { files, shipped, pendingBytes, lastShippedEvent, open: [...open.values()], previous, isEnded }
}

/** An intent that was carried on is there twice; the later one counts. */
const putLast = (open: Map<string, ScannedIntent>, intent: ScannedIntent): void => {
  open.delete(intent.id)
  open.set(intent.id, intent)
}

const intentOf = (frame: Frame): ScannedIntent => {
  const value = Buffer.from(frame.value)
  return {
    id: keyOf(frame),
    offset: frame.offset,
    frameBytes: frame.bytes,
    value,
    intent: decodeIntent(value),
  }
}

const endOf = (event: Buffer): { chain: string; head: string } => {
  const decoding = decodeEnvelope(event)
  if (!decoding.ok || decoding.decoded.audit === undefined)
    throw new EventError('segment_corrupt', 'the last event of the spool is none')
  const { audit, envelope } = decoding.decoded
  return { chain: audit.chain, head: headAfter(envelope.payload) }
}
