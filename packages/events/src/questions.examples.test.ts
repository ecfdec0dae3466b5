import { expect, test } from 'vitest'
import { page, refusals, rest, tools, totals } from './questions.examples.ts'

test('the example of the README finds what was refused', () => {
  expect([page.events.length, rest.events.length, rest.next]).toEqual([2, 1, undefined])
  expect(totals).toMatchObject({ events: 3, denied: 3, unique_humans: 1 })
  expect(tools).toMatchObject([{ server: 'ledger', tool_name: 'refund', human_id: 'anna', events: 3 }])
  expect(refusals).toEqual([{ reason: 'trust_too_low', events: 3 }])
})
