import type { ServerResponse } from 'node:http'
import type { Passed } from '../gateway.ts'
import { cutLists } from './node-listing.ts'

/**
 * Says how a response ended, cuts lists out of it, and ends it when what let it pass does not hold any more. Whoever
 * answers writes to the same object as without us.
 */
export const watchResponse = (res: ServerResponse, passed: Passed): void => {
  let bytesOut = 0
  passed.onCut(() => res.destroy())
  res.once('close', () =>
    passed.close({
      status: res.headersSent ? res.statusCode : 0,
      bytesOut,
      outcome: res.writableFinished ? 'closed' : 'aborted',
    }),
  )
  const { write, end } = res
  const count = (chunk: unknown, encoding: unknown): void => {
    bytesOut += sizeOf(chunk, encoding)
  }
  res.write = ((chunk: unknown, ...rest: unknown[]) => {
    count(chunk, rest[0])
    return Reflect.apply(write, res, [chunk, ...rest])
  }) as typeof res.write
  res.end = ((chunk: unknown, ...rest: unknown[]) => {
    count(chunk, rest[0])
    return Reflect.apply(end, res, [chunk, ...rest])
  }) as typeof res.end
  if (passed.show !== undefined) cutLists(res, passed.show)
}

const sizeOf = (chunk: unknown, encoding: unknown): number => {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return chunk instanceof Uint8Array ? chunk.length : 0
}
