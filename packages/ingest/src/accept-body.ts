import type { LogEntry } from '@mcp-sentinel/events'
import type { Acceptance, EventRejection } from './accept.ts'
import { isArray, type Split, splitArray, splitLines } from './split-batch.ts'

interface RejectedEvent {
  /** Among those of the batch. */
  readonly index: number
  readonly error: EventRejection
}

export type AcceptedBody =
  | { readonly kind: 'single'; readonly acceptance: Acceptance }
  | {
      readonly kind: 'batch'
      readonly entries: readonly LogEntry[]
      readonly rejected: readonly RejectedEvent[]
    }
  /** No event of it is taken. */
  | { readonly kind: 'unreadable'; readonly fault: 'invalid_json' | 'too_many' }

export interface BodyOptions {
  readonly contentType: string
  readonly batchEventsMax: number
  readonly accept: (bytes: Uint8Array) => Acceptance
}

export const lineTypes = ['application/x-ndjson', 'application/ndjson']

/** One event, an array of them, or one a line: of a batch each event has its own verdict. */
export const acceptBody = (body: Buffer, options: BodyOptions): AcceptedBody => {
  const { contentType, batchEventsMax, accept } = options
  const split = splitOf(body, contentType, batchEventsMax)
  if (split === undefined) return { kind: 'single', acceptance: accept(body) }
  if (!split.ok) return { kind: 'unreadable', fault: split.fault }
  const entries: LogEntry[] = []
  const rejected: RejectedEvent[] = []
  for (const [index, event] of split.events.entries()) {
    const acceptance = accept(event)
    if (acceptance.ok) entries.push(acceptance.entry)
    else rejected.push({ index, error: acceptance.rejection })
  }
  return { kind: 'batch', entries, rejected }
}

/** Undefined for a single event. */
const splitOf = (body: Buffer, contentType: string, eventsMax: number): Split | undefined => {
  const given = contentType.toLowerCase()
  if (lineTypes.some((type) => given.startsWith(type))) return splitLines(body, eventsMax)
  return isArray(body) ? splitArray(body, eventsMax) : undefined
}
