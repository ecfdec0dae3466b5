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
  /** Of one person, so that nobody keeps the others from watching. */
  readonly viewersOfOneMax?: number | undefined
  /** How often it is asked anew what a viewer may see. */
  readonly recheckMs?: number | undefined
  /** After how long, each time, the store is asked again until it has come to where the tail began. */
  readonly joinAfterMs?: readonly number[] | undefined
  /** How long somebody waits for the log to be there. */
  readonly openDeadlineMs?: number | undefined
}

export interface LiveTail {
  /** Resolves when nothing that is appended from now on is missed; rejects with an `EventError`. */
  readonly watch: (viewer: Viewer) => Promise<AsyncIterable<Told>>
  /** Whether the log was away when it was last needed. */
  readonly isAway: () => boolean
}

const joinAfterMsUnlessSaid = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]

/** Tells whoever watches what happens, as it happens, each as far as they may see it. Knows nothing of HTTP. */
export const createLiveTail = (options: LiveTailOptions): LiveTail => {
  const { log, store, topic, ringMax = 1_000, recheckMs = 30_000 } = options
  const { viewersMax = 200, viewersOfOneMax = 20, joinAfterMs = joinAfterMsUnlessSaid } = options
  const { openDeadlineMs = 10_000 } = options
  const feed = createFeed({ log, openDeadlineMs })
  const viewing = { feed, store, topic, ringMax, recheckMs, joinAfterMs }
  /** How many watch, by who they are. */
  const watching = new Map<string, number>()
  const count = (who: string, change: 1 | -1): void => {
    const now = (watching.get(who) ?? 0) + change
    if (now === 0) watching.delete(who)
    else watching.set(who, now)
  }
  const refuseMore = (who: string): void => {
    const all = [...watching.values()].reduce((sum, one) => sum + one, 0)
    const isTooMany = all >= viewersMax || (watching.get(who) ?? 0) >= viewersOfOneMax
    if (isTooMany) throw new EventError('overloaded', 'as many as may watch already', { retryable: true })
  }

  async function* toldBy({ told, close }: Viewing, who: string): AsyncGenerator<Told> {
    try {
      yield* told()
    } finally {
      count(who, -1)
      await close()
    }
  }

  return {
    watch: async (viewer) => {
      const { who } = viewer
      refuseMore(who)
      count(who, 1)
      try {
        return toldBy(await openViewing(viewer, viewing), who)
      } catch (error) {
        count(who, -1)
        throw error
      }
    },
    isAway: feed.isAway,
  }
}
