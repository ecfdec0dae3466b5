import { EventError } from '../errors.ts'
import type { Claim } from '../log.ts'
import type { Feed } from './kafka-feed.ts'

export interface ClaimOptions {
  readonly group: string
  readonly partition: number
  readonly epoch: number
  /** The generation of the group that the partition was claimed in. */
  readonly generation: number
  readonly committed: number
  readonly feed: Feed
  readonly lost: AbortController
  /** Gives the generation under which the brokers took it. */
  readonly commit: (next: number) => Promise<number>
}

export const createClaim = (options: ClaimOptions): Claim => {
  const { group, partition, epoch, generation, committed, feed, lost, commit } = options
  let done = committed
  const mustBeOurs = (): void => {
    if (lost.signal.aborted)
      throw new EventError('claim_lost', `partition ${partition} of group ${group} is not ours any more`)
  }
  return {
    partition,
    epoch,
    committed,
    lost: lost.signal,
    read: feed.read,
    commit: async (next) => {
      mustBeOurs()
      if (next <= done) return
      try {
        // kafkajs tries again by itself, and may do so after it has joined again: that came too late.
        if ((await commit(next)) !== generation) lost.abort()
      } catch (error) {
        if (error instanceof EventError && error.code === 'claim_lost') lost.abort()
        throw error
      }
      mustBeOurs()
      done = Math.max(done, next)
    },
  }
}
