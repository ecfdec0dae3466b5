import { expect, test } from 'vitest'
import { begun, observed, type Restart, stepOf } from './restart-progress.ts'

type Status = 'Ready' | 'NotReady'
const components = (...statuses: readonly Status[]) =>
  statuses.map((status, at) => ({ key: ['a', 'b', 'c'][at] ?? '', status }))
/** What is seen each second. */
const seen = (start: Restart, ...looks: readonly (readonly Status[])[]) =>
  looks.reduce((restart, statuses, at) => observed(restart, components(...statuses), at * 1000), start)
const steps = (restart: Restart, ...statuses: readonly Status[]) =>
  components(...statuses).map((one) => stepOf(restart, one))

test('one that was away and is ready again is back', () => {
  const restart = begun(['b'])
  expect(steps(restart, 'Ready', 'Ready')).toEqual([undefined, 'waiting'])
  const under = seen(restart, ['Ready', 'NotReady'])
  expect([under.isOver, steps(under, 'Ready', 'NotReady')]).toEqual([false, [undefined, 'restarting']])
  const over = observed(under, components('Ready', 'Ready'), 5000)
  expect([over.isOver, steps(over, 'Ready', 'Ready')]).toEqual([true, [undefined, 'back']])
})

test('of all each waits for the one before it', () => {
  const under = seen(begun(['a', 'b', 'c']), ['NotReady', 'Ready', 'Ready'], ['Ready', 'NotReady', 'Ready'])
  expect(steps(under, 'Ready', 'NotReady', 'Ready')).toEqual(['back', 'restarting', 'waiting'])
  expect(under.isOver).toBe(false)
  // Between two of them all are ready, and it is not over.
  expect(seen(under, ['Ready', 'Ready', 'Ready']).isOver).toBe(false)
})

test('one that is too quick to be seen is believed after a while', () => {
  const ready = ['Ready', 'Ready', 'Ready'] as const
  expect(seen(begun(['a']), ready, ready, ready).isOver).toBe(false)
  expect(seen(begun(['a']), ...Array(9).fill(ready)).isOver).toBe(true)
})

test('one that is missing from what is told is not back', () => {
  const restart = observed(begun(['z']), components('Ready'), 0)
  expect([restart.isOver, restart.away]).toEqual([false, ['z']])
})

test('what was over stays over, whatever breaks later', () => {
  const over = seen(begun(['a']), ['NotReady'], ['Ready'], ['NotReady'])
  expect(over.isOver).toBe(true)
})
