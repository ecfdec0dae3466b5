import type { EventError } from '../errors.ts'
import type { Claim, LogConsumer, LogRecord } from '../log.ts'
import { createClaim } from './kafka-claim.ts'
import { eventErrorOf } from './kafka-errors.ts'
import { createFeed, type Feed } from './kafka-feed.ts'
import { createNotice } from './notice.ts'

/** Where a group stands in one partition, and what the partition has. */
export interface PartitionState {
  readonly partition: number
  readonly committed: number | undefined
  readonly epoch: number
  readonly first: number
  readonly end: number
}

/** What a member asks of the brokers. */
export interface GroupDriver {
  /** Joins the group and tells what happens, until it is closed. */
  readonly run: (events: GroupEvents) => void
  readonly states: () => Promise<readonly PartitionState[]>
  /** Gives the generation of the group under which the brokers took it. */
  readonly commit: (partition: number, offset: number, epoch: number) => Promise<number>
  readonly seek: (partition: number, offset: number) => void
  readonly pause: (partitions: readonly number[]) => void
  readonly resume: (partitions: readonly number[]) => void
  readonly close: () => Promise<void>
}

/** What the brokers tell a member. */
interface GroupEvents {
  readonly joined: (partitions: readonly number[]) => void
  readonly left: () => void
  readonly failed: (error: EventError) => void
  readonly fetched: (partition: number, records: readonly LogRecord[]) => void
  /** The brokers answer, be it that there is nothing new. */
  readonly answered?: () => void
}

export interface MemberOptions {
  readonly group: string
  readonly bufferBytesMax: number
  readonly driver: GroupDriver
}

interface Held {
  readonly feed: Feed
  readonly lost: AbortController
}

const askAgainMs = 250

/**
 * Turns assignments into claims. Each rebalance takes all partitions away and gives some anew, under higher epochs, even
 * those that come back: a member cannot tell whether another had one for a generation that it missed itself.
 */
export const createMember = ({ group, bufferBytesMax, driver }: MemberOptions): LogConsumer => {
  const held = new Map<number, Held>()
  const offered: Claim[] = []
  const changed = createNotice()
  let assignment = 0
  let failure: EventError | undefined
  let isClosed = false

  const letGo = (): void => {
    assignment += 1
    offered.length = 0
    for (const { lost } of held.values()) lost.abort()
    held.clear()
    changed.give()
  }

  const claimOne = async (state: PartitionState, own: number): Promise<void> => {
    const { partition, first, committed = first } = state
    // The brokers take this from nobody but a member of the present generation: an earlier holder is shut out from here.
    const generation = await driver.commit(partition, committed, state.epoch + 1)
    // Generations only rise, so an epoch stays above all before it even where the commit that told them was overwritten.
    const epoch = Math.max(state.epoch + 1, generation)
    if (epoch > state.epoch + 1) await driver.commit(partition, committed, epoch)
    if (own !== assignment) return
    const start = Math.max(committed, first)
    const lost = new AbortController()
    const feed = createFeed({
      bufferBytesMax,
      first,
      start,
      lost: lost.signal,
      seek: (offset) => driver.seek(partition, offset),
      pause: () => driver.pause([partition]),
      resume: () => driver.resume([partition]),
    })
    const commit = (next: number): Promise<number> => driver.commit(partition, next, epoch)
    driver.seek(partition, start)
    driver.resume([partition])
    held.set(partition, { feed, lost })
    offered.push(createClaim({ group, partition, epoch, generation, committed, feed, lost, commit }))
    changed.give()
  }

  const fail = (error: EventError): void => {
    failure = error
    letGo()
  }

  const claimAll = async (partitions: readonly number[], own: number): Promise<void> => {
    const open = new Set(partitions)
    while (own === assignment && open.size > 0) {
      try {
        for (const state of (await driver.states()).filter(({ partition }) => open.has(partition))) {
          if (own !== assignment) return
          await claimOne(state, own)
          open.delete(state.partition)
        }
      } catch (error) {
        const fault = eventErrorOf(error, `claim for group ${group}`)
        if (!fault.retryable && fault.code !== 'claim_lost') return fail(fault)
        // Where the group has gone on it is joined again, and that ends this.
        await new Promise((resolve) => setTimeout(resolve, askAgainMs))
      }
    }
  }

  driver.run({
    joined: (partitions) => {
      letGo()
      if (isClosed) return
      driver.pause(partitions)
      void claimAll(partitions, assignment)
    },
    left: letGo,
    failed: fail,
    fetched: (partition, records) => held.get(partition)?.feed.push(records),
  })

  return {
    nextClaim: async () => {
      for (;;) {
        if (isClosed) return undefined
        if (failure) throw failure
        const claim = offered.shift()
        if (claim) return claim
        await changed.wait()
      }
    },
    lag: async () =>
      (await driver.states()).reduce(
        (sum, { committed, first, end }) => sum + end - Math.max(committed ?? first, first),
        0,
      ),
    close: async () => {
      isClosed = true
      letGo()
      await driver.close()
    },
  }
}
