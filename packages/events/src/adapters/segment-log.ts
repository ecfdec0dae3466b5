import { stat } from 'node:fs/promises'
import { EventError } from '../errors.ts'
import type { Claim, EventLog, LogConsumer, LogEntry, LogRecord, ReadLimits, Tail } from '../log.ts'
import { listSegments } from '../segment/files.ts'
import type { Frame, SegmentEntry } from '../segment/frame.ts'
import type { FrameHeaders } from '../segment/headers.ts'
import { createSegmentReader, type SegmentReader } from '../segment/reader.ts'
import { createSegmentWriter, type SegmentWriter } from '../segment/writer.ts'
import { type GroupState, listGroups, parseGroupName, readGroup, writeGroup } from './group-file.ts'
import { createNotice, type Notice } from './notice.ts'

export interface SegmentLogOptions {
  readonly directory: string
  /** When the files have more, those that every group has committed go; if that is not enough, `append` rejects. */
  readonly bytesMax?: number | undefined
  readonly segmentBytesMax?: number | undefined
}

/** Stands for the key among the headers of a frame; no header of an event is called so. */
const keyHeader = ' key'
const partition = 0

/** The log of one machine: segment files with one partition, owned by one process. */
export const createSegmentLog = async (options: SegmentLogOptions): Promise<EventLog> => {
  const { directory, bytesMax = 8 * 1024 ** 3, segmentBytesMax = 64 * 1024 ** 2 } = options
  const writer = await createSegmentWriter({ directory, segmentBytesMax })
  const janitor = createSegmentReader({ directory })
  const appended = createNotice()
  const held = new Map<string, Promise<void>>()
  const open = new Set<{ readonly close: () => Promise<void> }>()
  let bytes = await bytesOf(directory)

  /** Retention never passes the slowest group: what nobody has read yet is not deleted for want of room. */
  const makeRoom = async (): Promise<void> => {
    const groups = await Promise.all(
      (await listGroups(directory)).map((group) => readGroup(directory, group)),
    )
    const slowest = Math.min(...groups.map((state) => state?.committed ?? 0))
    if (Number.isFinite(slowest)) await janitor.deleteBefore(slowest)
    bytes = await bytesOf(directory)
    if (bytes >= bytesMax) {
      throw new EventError('log_full', `the log has ${bytes} bytes that some group has not read`, {
        retryable: true,
      })
    }
  }

  const track = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
    open.add(one)
    return one
  }

  return {
    append: async (entries) => {
      if (bytes >= bytesMax) await makeRoom()
      await writer.append(framesOf(entries))
      bytes += entries.reduce((sum, { value }) => sum + value.length, 0)
      appended.give()
    },
    consume: async (group) =>
      track(createConsumer({ directory, group: parseGroupName(group), writer, appended, held })),
    tail: async (onRecords) => track(createTail({ directory, writer, appended, onRecords })),
    close: async () => {
      await Promise.all([...open].map((one) => one.close()))
      await janitor.close()
      await writer.close()
    },
  }
}

const bytesOf = async (directory: string): Promise<number> => {
  const files = await Promise.all((await listSegments(directory)).map(({ path }) => stat(path)))
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** Entries of one chain that came together share their headers, and so do their frames: those are encoded once. */
const framesOf = (entries: readonly LogEntry[]): readonly SegmentEntry[] => {
  let last: LogEntry | undefined
  let shared: FrameHeaders = {}
  return entries.map((entry) => {
    const { key, value, headers, receivedAtMs } = entry
    if (headers !== last?.headers || key !== last.key) shared = { ...headers, [keyHeader]: key }
    last = entry
    return { receivedAtMs, headers: shared, value }
  })
}

const recordOf = ({ offset, receivedAtMs, headers: all, value }: Frame): LogRecord => {
  const { [keyHeader]: key = '', ...headers } = all
  return { partition, offset, key, headers, receivedAtMs, value }
}

interface Shared {
  readonly directory: string
  readonly writer: SegmentWriter
  readonly appended: Notice
}

interface ConsumerOptions extends Shared {
  readonly group: string
  /** Which groups have a member that holds the partition, and when it will let go. */
  readonly held: Map<string, Promise<void>>
}

/** The one partition is the first member's until it closes; the others wait for it. */
const createConsumer = ({ directory, group, writer, appended, held }: ConsumerOptions): LogConsumer => {
  const ended = new AbortController()
  const letGo = Promise.withResolvers<void>()
  const reader = createSegmentReader({ directory })
  let isHolder = false

  const hold = async (): Promise<boolean> => {
    for (let holder = held.get(group); holder !== undefined; holder = held.get(group)) {
      await Promise.race([holder, onceAborted(ended.signal)])
      if (ended.signal.aborted) return false
    }
    if (ended.signal.aborted) return false
    held.set(group, letGo.promise)
    isHolder = true
    return true
  }

  return {
    nextClaim: async () => {
      if (isHolder || !(await hold())) {
        await onceAborted(ended.signal)
        return undefined
      }
      const before = (await readGroup(directory, group)) ?? {
        epoch: 0,
        committed: await reader.firstOffset(),
      }
      const state: GroupState = { epoch: before.epoch + 1, committed: before.committed }
      await writeGroup(directory, group, state)
      return createClaim({ directory, group, state, lost: ended.signal, reader, writer, appended })
    },
    lag: async () =>
      writer.durable() - ((await readGroup(directory, group))?.committed ?? (await reader.firstOffset())),
    close: async () => {
      if (ended.signal.aborted) return
      ended.abort()
      await reader.close()
      if (isHolder) held.delete(group)
      letGo.resolve()
    },
  }
}

const onceAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

interface ClaimOptions extends Shared {
  readonly group: string
  readonly state: GroupState
  readonly lost: AbortSignal
  readonly reader: SegmentReader
}

const createClaim = ({ directory, group, state, lost, reader, writer, appended }: ClaimOptions): Claim => {
  let { committed } = state
  const mustBeOurs = (): void => {
    if (lost.aborted)
      throw new EventError('claim_lost', `partition ${partition} of group ${group} is not ours any more`)
  }
  return {
    partition,
    epoch: state.epoch,
    committed,
    lost,
    read: async (from, { recordsMax, bytesMax, signal }: ReadLimits) => {
      for (;;) {
        mustBeOurs()
        const next = appended.wait()
        const batch = await reader.read(from, {
          limit: writer.durable(),
          batchBytesMax: bytesMax,
          batchFramesMax: recordsMax,
        })
        if (batch.frames.length > 0) return batch.frames.map(recordOf)
        if (signal?.aborted) return []
        await Promise.race([next, onceAborted(lost), ...(signal ? [onceAborted(signal)] : [])])
      }
    },
    commit: async (next) => {
      mustBeOurs()
      if (next <= committed) return
      await writeGroup(directory, group, { epoch: state.epoch, committed: next })
      committed = next
    },
  }
}

interface TailOptions extends Shared {
  readonly onRecords: (records: readonly LogRecord[]) => void
}

/** Reads behind the writer, from where it stands now. */
const createTail = ({ directory, writer, appended, onRecords }: TailOptions): Tail => {
  const ended = new AbortController()
  const reader = createSegmentReader({ directory })
  const follow = async (): Promise<void> => {
    let from = writer.durable()
    while (!ended.signal.aborted) {
      const next = appended.wait()
      const batch = await reader.read(from, { limit: writer.durable() })
      from = batch.next
      if (batch.frames.length > 0) onRecords(batch.frames.map(recordOf))
      else await Promise.race([next, onceAborted(ended.signal)])
    }
  }
  const following = follow()
  return {
    close: async () => {
      ended.abort()
      await following
      await reader.close()
    },
  }
}
