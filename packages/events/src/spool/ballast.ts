import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EventError } from '../errors.ts'
import { isDiskFull } from '../segment/disk-errors.ts'
import { frameBytesMin, type SegmentEntry } from '../segment/frame.ts'
import { type SyncFiles, writeWholeNow } from '../segment/sync-files.ts'
import type { SyncWriter } from '../segment/sync-writer.ts'

/**
 * Bytes of no meaning that hold room on the disk. Without them a full disk would stay so: nothing is deleted while an
 * intent keeps the oldest file, and neither its event nor a copy of it could be written elsewhere.
 */
export interface Ballast {
  /** Gives room for this many bytes back to the disk; false when there is none to give. */
  readonly give: (bytes: number) => boolean
  /** Takes as much again as it should have, where the disk has it. */
  readonly refill: () => void
}

/** A frame may need a file of its own, and disks count in blocks. */
const giveBytesMin = 16 * 1024

export const createBallast = async (directory: string, bytes: number, files: SyncFiles): Promise<Ballast> => {
  const path = join(directory, 'ballast')
  const found = await stat(path).catch(() => undefined)
  let held = found?.size ?? 0

  const resize = (act: (file: ReturnType<SyncFiles['open']>) => void): boolean => {
    try {
      const file = files.open(path, held === 0 ? 'w' : 'r+')
      try {
        act(file)
      } finally {
        file.close()
      }
      return true
    } catch {
      // All that hangs on it is how long a full disk can be borne.
      return false
    }
  }
  const refill = (): void => {
    if (held >= bytes) return
    const zeros = Buffer.alloc(bytes - held)
    if (resize((file) => writeWholeNow(file, zeros, zeros.length, held))) held = bytes
    // What fitted of it would be the last there was.
    else resize((file) => file.truncate(held))
  }

  refill()
  return {
    give: (wanted) => {
      const left = Math.max(0, held - giveBytesMin - wanted)
      if (held === 0 || !resize((file) => file.truncate(left))) return false
      held = left
      return true
    },
    refill,
  }
}

/** Writes what must be written, with the room of the ballast where there is no other. */
export const appendWith =
  ({ append }: SyncWriter, ballast: Ballast) =>
  (entry: SegmentEntry): number => {
    try {
      return append(entry)
    } catch (error) {
      const isFull = error instanceof EventError && isDiskFull(error)
      if (!isFull || !ballast.give(entry.value.length + frameBytesMin)) throw error
      return append(entry)
    }
  }
