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
    const whole = (): void =>
      resolve({
        kind: 'bytes',
        bytes:
          chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, Math.min(length, bytesMax + 1)),
      })
    const onAborted = (): void => resolve('aborted')
    req
      // What comes after the byte beyond is let go, so that the client reads why instead of a broken connection.
      .on('data', (chunk: Buffer) => {
        if (length > bytesMax) return
        chunks.push(chunk)
        length += chunk.length
        if (length > bytesMax) whole()
      })
      // They stay, and what is said after the first word is not heard: to take them off costs as much as to put them on.
      .on('end', whole)
      .on('close', onAborted)
      .on('error', onAborted)
  })
