import { fileHeadBytes } from '../segment/frame.ts'
import type { FileSize } from '../segment/sync-tail.ts'

/** Kept free for what the spool itself has to say: that a chain begins, that events are missing, a checkpoint. */
export const ownReserveBytes = 64 * 1024

/** Kept free for an intent's event, besides the bytes of the intent: the envelope, the head, and how the call ended. */
export const closeReserveBytes = 4 * 1024

/**
 * Whose bytes: an event or intent that may be refused, a record of the spool's own, or an event that is owed because its
 * call went on, for which room was kept when the intent was taken.
 */
export type Purpose = 'event' | 'own' | 'owed'

/** How much a spool may take of its disk. */
export interface Room {
  readonly has: (bytes: number, purpose: Purpose) => boolean
  readonly reserve: (bytes: number) => void
  readonly release: (bytes: number) => void
  readonly used: () => number
  readonly reserved: () => number
  readonly rotated: (full: FileSize) => void
  /** All files before the one that begins with this offset are gone. */
  readonly deleted: (firstOffset: number) => void
  /** First offsets of the files but the last, and where the next one begins. */
  readonly fullFiles: () => readonly FullFile[]
}

interface FullFile extends FileSize {
  readonly endOffset: number
}

export interface RoomOptions {
  readonly bytesMax: number
  /** Oldest first, without the last. */
  readonly full: readonly FileSize[]
  readonly tail: () => FileSize
}

export const createRoom = ({ bytesMax, full, tail }: RoomOptions): Room => {
  let files = [...full]
  let fullBytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let reserved = 0
  const used = (): number => fullBytes + tail().bytes

  return {
    has: (bytes, purpose) => {
      if (purpose === 'owed') return true
      const kept = purpose === 'own' ? reserved : reserved + ownReserveBytes
      return used() + fileHeadBytes + bytes + kept <= bytesMax
    },
    reserve: (bytes) => {
      reserved += bytes
    },
    release: (bytes) => {
      reserved -= bytes
    },
    used,
    reserved: () => reserved,
    rotated: (file) => {
      files.push(file)
      fullBytes += file.bytes
    },
    deleted: (firstOffset) => {
      files = files.filter((file) => file.firstOffset >= firstOffset)
      fullBytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
    },
    fullFiles: () => files.map((file, at) => ({ ...file, endOffset: (files[at + 1] ?? tail()).firstOffset })),
  }
}
