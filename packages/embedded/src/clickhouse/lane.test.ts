import { expect, it } from 'vitest'
import { createLane } from './lane.ts'

const never = new AbortController().signal

it('runs as many as it may at once, the others in the order in which they came', async () => {
  const lane = createLane({ runningMax: 2, waitingMax: 9 })
  const log: string[] = []
  const doors = new Map<string, () => void>()
  const enter = (name: string) =>
    lane.run(() => {
      log.push(name)
      return new Promise<void>((resolve) => doors.set(name, resolve))
    }, never)

  const tasks = ['a', 'b', 'c', 'd'].map(enter)
  expect(log).toEqual(['a', 'b'])
  doors.get('b')?.()
  await tasks[1]
  expect(log).toEqual(['a', 'b', 'c'])
  doors.get('a')?.()
  await tasks[0]
  expect(log).toEqual(['a', 'b', 'c', 'd'])
  doors.get('c')?.()
  doors.get('d')?.()
  await Promise.all(tasks)
})

it('refuses one more than may wait', async () => {
  const lane = createLane({ runningMax: 1, waitingMax: 0 })
  let leave = (): void => {}
  const running = lane.run(() => new Promise<void>((resolve) => (leave = resolve)), never)
  await expect(lane.run(async () => 1, never)).rejects.toThrow('(TOO_MANY_SIMULTANEOUS_QUERIES)')
  leave()
  await running
  expect(await lane.run(async () => 2, never)).toBe(2)
})

it('forgets one that no longer waits, and goes on after one that failed', async () => {
  const lane = createLane({ runningMax: 1, waitingMax: 9 })
  let fail = (_: Error): void => {}
  const running = lane.run(() => new Promise((_, reject) => (fail = reject)), never)
  const leaving = new AbortController()
  const left = lane.run(async () => 'left', leaving.signal)
  const stayed = lane.run(async () => 'stayed', never)
  leaving.abort()
  await expect(left).rejects.toThrow('(QUERY_WAS_CANCELLED)')
  fail(new Error('broken'))
  await expect(running).rejects.toThrow('broken')
  expect(await stayed).toBe('stayed')
})
