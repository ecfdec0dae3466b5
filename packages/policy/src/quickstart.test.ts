import { expect, test } from 'vitest'
import { evaluate } from './index.ts'
import {
  changed,
  complaints,
  grants,
  policy,
  refund,
  same,
  told,
  tools,
  undecidable,
} from './quickstart.examples.ts'

test('the examples of the README say what the README says', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  expect(evaluate(policy, refund(120), now)).toMatchObject({ allowed: true, reason: 'allowed' })
  for (const amount of [501, '120']) {
    expect(evaluate(policy, refund(amount), now)).toMatchObject({
      allowed: false,
      reason: 'argument_not_allowed',
      pointer: '/amount',
    })
  }
  expect(told).toBe('argument_not_allowed at step rules; to pass: call with /amount = 500')
  expect(grants).toMatchObject([{ outcome: 'condition-not-met' }])
  expect(complaints).toEqual([
    'policy.yaml:4:11 /policy/goverrns: "goverrns" is not a member here; did you mean governs?',
  ])
  expect(tools).toEqual([{ name: 'refund_invoice', permission: 'depends' }])
  expect([same, undecidable, changed.map(({ change }) => change)]).toEqual([
    0,
    [],
    ['now-refused', 'other-reason'],
  ])
})
