import { expect, test } from 'vitest'
import { carried, scopeIn } from './carried.ts'

const times = { since: '2026-06-01T00:00:00Z', until: '2026-06-02T00:00:00Z' }

test('what is looked at is a namespace and a time that was chosen; the times of one bar of a chart are not', () => {
  expect(scopeIn({ ns: 'red', window: '7d', event: '1' })).toEqual({ ns: 'red', window: '7d' })
  expect(scopeIn({ window: 'custom', ...times })).toEqual({ window: 'custom', ...times })
  expect(scopeIn({ ns: '', ...times })).toEqual({})
})

test.each([
  [{}, { event: '1' }, undefined],
  [{ ns: 'red' }, { event: '1' }, { ns: 'red', event: '1' }],
  [{ ns: 'red', window: '7d' }, {}, { ns: 'red', window: '7d' }],
  [{ ns: 'red' }, { ns: 'blue' }, undefined],
  [{ window: '7d' }, { window: '24h' }, undefined],
  [{ ns: 'red', window: '7d' }, times, { ns: 'red', ...times }],
  [{ window: 'custom', ...times }, { event: '1' }, { window: 'custom', event: '1', ...times }],
  [{ window: 'custom', ...times }, { window: '24h' }, undefined],
])('from %j to %j: %j', (from, to, expected) => expect(carried(from, to)).toEqual(expected))
