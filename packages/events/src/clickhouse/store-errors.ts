import { EventError, type EventErrorCode } from '../errors.ts'

/** What ClickHouse's codes mean to us (https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp). */
const meanings: readonly (readonly [EventErrorCode, readonly number[]])[] = [
  /** `throwIf` of the view that guards `events`. */
  ['store_fenced', [395]],
  /** A value that its column does not take, or that a constraint refuses: the same row will never be taken. */
  ['store_rejected', [6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 128, 131, 349, 376, 407, 469, 700]],
  /** More time, memory, rows or results than a question may have. */
  ['store_limit', [158, 159, 160, 241, 307, 396]],
]

/** Faults of how the store is set up or asked: time alone does not heal them, but somebody may. */
const lasting = [36, 43, 47, 48, 60, 62, 81, 115, 164, 192, 193, 194, 195, 291, 452, 497, 516]

/** Turns what the client threw into what our callers know. Codes decide, never the text of a message. */
export const storeError = (cause: unknown): EventError => {
  if (cause instanceof EventError) return cause
  const code = serverCode(cause)
  const [meaning] = meanings.find(([, codes]) => codes.includes(code)) ?? []
  if (meaning !== undefined) return new EventError(meaning, sentence(code), { cause, details: { code } })
  if (lasting.includes(code))
    return new EventError('store_misconfigured', sentence(code), { cause, details: { code } })
  const message = Number.isNaN(code) ? 'ClickHouse cannot be reached' : sentence(code)
  return new EventError('store_unavailable', message, {
    cause,
    retryable: true,
    ...(Number.isNaN(code) ? {} : { details: { code } }),
  })
}

/** The server's own text may repeat values of a row; it stays in the cause. */
const sentence = (code: number): string => `ClickHouse answered with error ${code}`

/** NaN where it was not the server that spoke. */
const serverCode = (cause: unknown): number => {
  const { code } = cause as { readonly code?: unknown }
  return typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : Number.NaN
}
