import { type Claim, EventError, type LogRecord } from '@mcp-sentinel/events'
import { pause, pauseMsAfter } from './backoff.ts'

export interface FollowOptions {
  readonly claim: Claim
  readonly stopping: AbortSignal
  /** Resolves when more may be read. */
  readonly room: () => Promise<void>
  readonly take: (records: readonly LogRecord[]) => Promise<void>
  readonly readFailed: (error: unknown, retryInMs: number) => void
}

/** Of one read: what a partition may hold while others fill the room that there was. */
const recordsMax = 1_000
const bytesMax = 1024 ** 2

/** Reads a partition from where its group stands, until it is lost or reading stops. */
export const follow = async (options: FollowOptions): Promise<void> => {
  const { claim, stopping, room, take, readFailed } = options
  /** Whatever was read is let go when this returns: a loop would hold on to it until it has read again. */
  const carry = async (from: number): Promise<number> => {
    const records = await claim.read(from, { recordsMax, bytesMax, signal: stopping })
    const last = records.at(-1)
    if (last !== undefined) await take(records)
    return last === undefined ? from : last.offset + 1
  }

  let from = claim.committed
  let failures = 0
  while (!stopping.aborted && !claim.lost.aborted) {
    try {
      await room()
      from = await carry(from)
      failures = 0
    } catch (error) {
      if (error instanceof EventError && error.code === 'claim_lost') return
      failures++
      const ms = pauseMsAfter(failures)
      readFailed(error, ms)
      await pause(ms, stopping)
    }
  }
}
