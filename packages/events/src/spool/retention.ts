import type { SegmentReader } from '../segment/reader.ts'
import type { SyncWriter } from '../segment/sync-writer.ts'
import type { Intents } from './intents.ts'
import type { Room } from './room.ts'

export interface RetentionOptions {
  readonly reader: SegmentReader
  readonly writer: SyncWriter
  readonly room: Room
  readonly intents: Intents
}

export interface Shipped {
  /** All before is shipped. */
  readonly next: number
  /** The last event among it. */
  readonly lastEvent: number
}

/**
 * Deletes the files that nobody needs, oldest first, so that no intent outlives the event that closed it. Needed are what
 * is not shipped; open intents, which are carried on where they alone keep a file; and the last event that was shipped,
 * since the next chain says where this one ended.
 */
export const createRetention = ({ reader, writer, room, intents }: RetentionOptions) => {
  return async ({ next, lastEvent }: Shipped): Promise<void> => {
    const end = room
      .fullFiles()
      .findLast(({ endOffset }) => endOffset <= Math.min(next, lastEvent))?.endOffset
    if (end === undefined) return
    intents.carry(end)
    const limit = Math.min(end, intents.oldestOffset())
    // Before an intent goes, its copy, or the event that closed it, is on the disk.
    await writer.sync()
    await reader.deleteBefore(limit)
    const kept = room.fullFiles().find(({ endOffset }) => endOffset > limit)
    room.deleted(kept?.firstOffset ?? writer.tail().firstOffset)
  }
}
