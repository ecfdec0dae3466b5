import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { EventError } from '../errors.ts'
import { refusal } from '../segment/disk-errors.ts'
import { openFile, syncDirectory } from '../segment/files.ts'
import type { RejectedEvent } from '../sink.ts'

export interface Rejected extends RejectedEvent {
  readonly event: Uint8Array
}

export interface RejectedFileOptions {
  readonly directory: string
  readonly bytesMax: number
  readonly clock: () => number
}

/**
 * Where events go that will never be taken, one JSON object a line, for people to look at. On the disk when it resolves.
 * Rejects when the file has no room: whoever looked at it moves it away.
 */
export const createRejectedFile = ({ directory, bytesMax, clock }: RejectedFileOptions) => {
  const path = join(directory, 'rejected.ndjson')

  const append = async (lines: string): Promise<void> => {
    const file = await open(path, 'a+', 0o600)
    try {
      const { size } = await file.stat()
      if (size > 0 && size + Buffer.byteLength(lines) > bytesMax) throw full(path, size)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
      // What a crash left half written ends here, and is there again further down.
      await file.appendFile(bytesRead === 0 || buffer.toString() === '\n' ? lines : `\n${lines}`)
      await file.sync()
      if (size === 0) await syncDirectory(directory, openFile)
    } finally {
      await file.close()
    }
  }

  return async (events: readonly Rejected[]): Promise<void> => {
    const at = new Date(clock()).toISOString()
    const lines = events.map(
      ({ code, message, event }) =>
        `${JSON.stringify({ at, code, message, event: Buffer.from(event).toString() })}\n`,
    )
    await append(lines.join('')).catch((cause: unknown) => {
      throw cause instanceof EventError ? cause : refusal(cause)
    })
  }
}

const full = (path: string, size: number): EventError =>
  new EventError('rejected_full', `${path} has ${size} bytes: look at it, and move it away`)
