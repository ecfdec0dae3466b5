import { expect, test } from 'vitest'
import { type Condition, withCondition } from './conditions.ts'

const verdict = { type: 'Rendered', status: 'True', reason: 'Rendered', message: 'in the policy' } as const
const early = { now: Date.parse('2026-06-15T12:00:00.4Z'), observedGeneration: 1 }
const late = { ...early, now: early.now + 60_000 }
const other: Condition = { ...verdict, type: 'Other', lastTransitionTime: '2026-01-01T00:00:00Z' }

test('a verdict is added beside the others, with its time', () => {
  expect(withCondition([other], verdict, early)).toEqual([
    other,
    { ...verdict, observedGeneration: 1, lastTransitionTime: '2026-06-15T12:00:00Z' },
  ])
})

test('the same verdict again changes nothing, not even the list', () => {
  const once = withCondition([other], verdict, early)
  expect(withCondition(once, verdict, late)).toBe(once)
})

test('its time is that of its last turn', () => {
  const once = withCondition([], verdict, early)
  const [reworded] = withCondition(once, { ...verdict, message: 'still' }, { ...late, observedGeneration: 2 })
  expect(reworded).toMatchObject({
    message: 'still',
    observedGeneration: 2,
    lastTransitionTime: '2026-06-15T12:00:00Z',
  })
  const [turned] = withCondition(once, { ...verdict, status: 'False', reason: 'Invalid' }, late)
  expect(turned).toMatchObject({ reason: 'Invalid', lastTransitionTime: '2026-06-15T12:01:00Z' })
})
