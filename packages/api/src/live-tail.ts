import { EventError, type EventLog } from '@mcp-sentinel/events'
import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'
import { createFeed } from './live/feed.ts'
import type { Told, Viewer } from './live/viewer.ts'
import { openViewing, type Viewing } from './live/viewing.ts'

export interface LiveTailOptions {
  readonly log: EventLog
  readonly store: ClickHouse
  /** Of the log, as the store has it. */
  readonly topic: string
  /** Events that wait for one viewer; older ones are dropped, and the viewer is told how many. */
  readonly ringMax?: number | undefined
  readonly viewersMax?: number | undefined
  /** How often it is asked anew what a viewer may see. */
  readonly recheckMs?: number | undefined
  /** After how long, each time, the store is asked again until it has come to where the tail began. */
  readonly joinAfterMs?: readonly number[] | undefined
}

export interface LiveTail {
  /** Resolves when nothing that is appended from now on is missed; rejects with an `EventError`. */
  readonly watch: (viewer: Viewer) => Promise<AsyncIterable<Told>>
}

const joinAfterMsUnlessSaid = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]

/** Tells whoever watches what happens, as it happens, each as far as they may see it. Knows nothing of HTTP. */
export const createLiveTail = (options: LiveTailOptions): LiveTail => {
  const { log, store, topic, ringMax = 1_000, viewersMax = 200, recheckMs = 30_000 } = options
  const { joinAfterMs = joinAfterMsUnlessSaid } = options
  const viewing = { feed: createFeed(log), store, topic, ringMax, recheckMs, joinAfterMs }
  let viewers = 0

  async function* toldBy({ told, close }: Viewing): AsyncGenerator<Told> {
    try {
      yield* told()
    } finally {
      viewers--
      await close()
    }
  }

  return {
    watch: async (viewer) => {
      if (viewers >= viewersMax)
        throw new EventError('overloaded', `${viewersMax} are watching already`, { retryable: true })
      viewers++
      try {
        return toldBy(await openViewing(viewer, viewing))
      } catch (error) {
        viewers--
        throw error
      }
    },
  }
}
