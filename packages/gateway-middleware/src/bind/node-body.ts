import type { IncomingMessage } from 'node:http'
import type { Body } from '../exchange.ts'

/** The client went away before all of it was here. */
export type BodyFault = 'aborted'

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Reads a body to its end, or until it is longer than it may be: the byte beyond tells whoever judges it. */
export const readBody = (req: IncomingMessage, bytesMax: number): Promise<Body | BodyFault> =>
  new Promise((resolve) => {
    // Somebody has read it and kept it: nothing more will come, and there is nothing to judge.
    if (req.readableEnded) return resolve({ kind: 'bytes', bytes: Buffer.alloc(0) })
    const chunks: Buffer[] = []
    let length = 0
    const end = (result: Body | BodyFault): void => {
      req.off('data', onData).off('end', onEnd).off('close', onAborted).off('error', onAborted)
      resolve(result)
    }
    const whole = (): Buffer =>
      chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, Math.min(length, bytesMax + 1))
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= bytesMax) return
      // What is still to come is let go, so that the client reads why instead of a broken connection.
      end({ kind: 'bytes', bytes: whole() })
      req.resume()
    }
    const onEnd = (): void => end({ kind: 'bytes', bytes: whole() })
    const onAborted = (): void => end('aborted')
    req.on('data', onData).once('end', onEnd).once('close', onAborted).once('error', onAborted)
  })
