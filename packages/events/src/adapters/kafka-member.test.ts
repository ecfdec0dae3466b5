import { expect, test } from 'vitest'
import { EventError } from '../errors.ts'
import type { Claim } from '../log.ts'
import { createMember, type GroupDriver } from './kafka-member.ts'

type Events = Parameters<GroupDriver['run']>[0]

/** Brokers of one group with one partition of ten records, as far as a member sees them. */
const brokersOf = () => {
  const state = { committed: undefined as number | undefined, epoch: 0, generation: 1, refuses: false }
  const asked: string[] = []
  let events: Events | undefined
  const driver: GroupDriver = {
    run: (handlers) => (events = handlers),
    states: async () => [{ partition: 0, committed: state.committed, epoch: state.epoch, first: 2, end: 10 }],
    commit: async (_, offset, epoch) => {
      if (state.refuses) throw new EventError('claim_lost', 'refused')
      Object.assign(state, { committed: offset, epoch })
      return state.generation
    },
    seek: (_, offset) => asked.push(`seek ${offset}`),
    pause: () => asked.push('pause'),
    resume: () => asked.push('resume'),
    close: async () => void asked.push('close'),
  }
  const consumer = createMember({ group: 'g', bufferBytesMax: 1000, driver })
  const claim = async (): Promise<Claim> => {
    events?.joined([0])
    return (await consumer.nextClaim()) as Claim
  }
  return { state, asked, consumer, claim, events: () => events as Events }
}

test('fetches nothing before the brokers have taken the claim, then starts where the group stands', async () => {
  const { state, asked, consumer, claim } = brokersOf()
  expect(await consumer.lag()).toBe(8)
  expect(await claim()).toMatchObject({ partition: 0, epoch: 1, committed: 2 })
  expect(state).toMatchObject({ committed: 2, epoch: 1 })
  expect(asked).toEqual(['pause', 'seek 2', 'resume'])
})

test('an epoch is above the last that was kept, and above all generations before', async () => {
  const { state, claim } = brokersOf()
  const first = await claim()
  state.generation = 7
  const second = await claim()
  expect(first.lost.aborted).toBe(true)
  expect(second.epoch).toBe(7)
  // As a commit of the first that comes too late would leave it.
  state.epoch = first.epoch
  state.generation = 8
  expect((await claim()).epoch).toBe(8)
  state.generation = 1
  expect((await claim()).epoch).toBe(9)
})

test('a commit that the brokers refuse loses the claim', async () => {
  const { state, claim } = brokersOf()
  const { commit, lost } = await claim()
  state.refuses = true
  await expect(commit(5)).rejects.toMatchObject({ code: 'claim_lost' })
  expect(lost.aborted).toBe(true)
})

test('a commit that they took under another generation counts for nothing', async () => {
  const { state, claim } = brokersOf()
  const { commit, lost } = await claim()
  await commit(4)
  expect(state).toMatchObject({ committed: 4, epoch: 1 })
  state.generation = 2
  await expect(commit(5)).rejects.toMatchObject({ code: 'claim_lost' })
  expect(lost.aborted).toBe(true)
})

test('what ends a member for good reaches who waits for a claim', async () => {
  const { consumer, claim, events } = brokersOf()
  const { lost } = await claim()
  const waiting = consumer.nextClaim()
  events().failed(new EventError('log_unavailable', 'not authorized'))
  await expect(waiting).rejects.toMatchObject({ code: 'log_unavailable', retryable: false })
  expect(lost.aborted).toBe(true)
})
