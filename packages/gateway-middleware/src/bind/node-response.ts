import type { ServerResponse } from 'node:http'
import type { Passed } from '../gateway.ts'
import { cutLists } from './node-listing.ts'

/**
 * Says how a response ended, cuts lists out of it, and ends it when what let it pass does not hold any more. Whoever
 * answers writes to the same object as without us.
 */
export const watchResponse = (res: ServerResponse, passed: Passed): void => {
  const counted = countBytes(res)
  passed.onCut(() => res.destroy())
  res.once('close', () =>
    passed.close({
      status: res.headersSent ? res.statusCode : 0,
      bytesOut: counted.bytesOut,
      outcome: res.writableFinished ? 'closed' : 'aborted',
    }),
  )
  if (passed.look !== undefined) cutLists(res, passed.look)
}

interface Counted {
  bytesOut: number
  readonly write: ServerResponse['write']
  readonly end: ServerResponse['end']
}

const counts = Symbol('bytes that were written')

interface CountedResponse extends ServerResponse {
  [counts]?: Counted
}

/** Two guards may stand before one handler: what is written is counted once. */
const countBytes = (res: CountedResponse): Counted => {
  const kept = res[counts]
  if (kept !== undefined) return kept
  const counted: Counted = { bytesOut: 0, write: res.write, end: res.end }
  res[counts] = counted
  // The same functions for every response: one made for each would keep ended responses in memory until all of it is
  // collected, which costs more than all that a guard does.
  res.write = countedWrite
  res.end = countedEnd
  return counted
}

const countedWrite = function (this: CountedResponse, ...given: unknown[]) {
  const counted = this[counts] as Counted
  counted.bytesOut += sizeOf(given[0], given[1])
  return Reflect.apply(counted.write, this, given)
} as ServerResponse['write']

const countedEnd = function (this: CountedResponse, ...given: unknown[]) {
  const counted = this[counts] as Counted
  counted.bytesOut += sizeOf(given[0], given[1])
  return Reflect.apply(counted.end, this, given)
} as ServerResponse['end']

const sizeOf = (chunk: unknown, encoding: unknown): number => {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return chunk instanceof Uint8Array ? chunk.length : 0
}
