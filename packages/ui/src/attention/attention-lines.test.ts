import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import {
  type AttentionServer,
  componentLines,
  inOrder,
  isMissed,
  risingRefusals,
  serverLines,
} from './attention-lines.ts'

const now = Date.parse('2026-06-03T10:30:00Z')
const hour = (ago: number, denied: number) => ({
  bucket: new Date(Date.parse('2026-06-03T10:00:00Z') - ago * 3_600_000).toISOString(),
  events: denied,
  allowed: 0,
  denied,
})

test.each([
  ['nothing yet', [], undefined],
  ['as many as ever', [hour(0, 6), ...Array.from({ length: 24 }, (_, at) => hour(at + 1, 5))], undefined],
  ['few', [hour(0, 4)], undefined],
  [
    'more than twice as many',
    [hour(0, 11), ...Array.from({ length: 24 }, (_, at) => hour(at + 1, 5))],
    'are rising: 11 in this hour, about 5 an hour in the day before.',
  ],
  ['out of the blue', [hour(0, 5)], 'are rising: 5 in this hour, about 0 an hour in the day before.'],
  [
    'hours without any count as none',
    [hour(0, 5), hour(3, 24)],
    'are rising: 5 in this hour, about 1 an hour in the day before.',
  ],
  ['what was before that day does not count', [hour(0, 4), hour(25, 0)], undefined],
])('refusals: %s', (_, series, says) => expect(risingRefusals(series, now)?.says).toBe(says))

test('rising refusals lead to those of this hour', () =>
  expect(risingRefusals([hour(0, 9)], now)?.to).toEqual({
    name: 'events',
    query: { decision: 'deny', since: '2026-06-03T10:00:00.000Z' },
  }))

const server = (of: Partial<AttentionServer>): AttentionServer => ({
  namespace: 'red',
  name: 'payments',
  ...of,
})
const policy = (of: Partial<NonNullable<AttentionServer['policy']>>) =>
  server({ policy: { state: 'stale', wanted: 'sha256:a', left_out: 0, ...of } })

test.each([
  [server({ status: 'NotReady', message: 'no image' }), 'bad', 'is not ready.', 'no image', 'server'],
  [server({ status: 'Degraded' }), 'warning', 'is ready in part.', undefined, 'server'],
  [
    policy({ state: 'shut', message: 'a grant cannot be read' }),
    'bad',
    'refuses every call: its policy cannot be made.',
    'a grant cannot be read',
    'access',
  ],
  [policy({ state: 'not_applied' }), 'bad', 'has not been given its policy.', undefined, 'server'],
  [policy({ state: 'stale' }), 'warning', 'still decides by an older policy.', undefined, 'server'],
  [
    policy({ state: 'left_out', left_out: 1 }),
    'warning',
    'has 1 grant or session that its policy leaves out.',
    undefined,
    'access',
  ],
  [
    policy({ state: 'left_out', left_out: 2 }),
    'warning',
    'has 2 grants or sessions that its policy leaves out.',
    undefined,
    'access',
  ],
  [
    server({ drift: { missing: [], ungoverned: ['a', 'b', 'c', 'd'] }, drift_count: 4 }),
    'warning',
    'has drifted from what it declares: 4 tools.',
    'Nobody has declared a, b, c and more',
    'server',
  ],
  [
    server({ drift: { missing: ['a'], ungoverned: ['b'] }, drift_count: 2 }),
    'warning',
    'has drifted from what it declares: 2 tools.',
    'Nobody has declared b; not there: a',
    'server',
  ],
])('%j', (given, tone, says, about, place) => {
  const [line, ...more] = serverLines(given)
  expect(line).toMatchObject({ what: 'payments', tone, says, to: { name: place } })
  expect(line?.about).toBe(about)
  expect(more).toEqual([])
})

test('a server can need several things', () =>
  expect(
    serverLines({
      ...policy({}),
      status: 'Degraded',
      drift: { missing: ['a'], ungoverned: [] },
      drift_count: 1,
    }).map(({ key }) => key),
  ).toEqual(['red/payments/status', 'red/payments/policy', 'red/payments/drift']))

const component = (status: 'Ready' | 'Degraded' | 'NotReady' | 'NotDeployed' | 'Error') => ({
  ...{ key: status, display: status, namespace: '', kind: '', resource: '', status, ready: '', message: '' },
})

test('of the stack those parts are told that do not work, the worst first', () =>
  expect(
    inOrder(
      componentLines((['Ready', 'Degraded', 'NotReady', 'NotDeployed', 'Error'] as const).map(component)),
    ).map(({ what, tone }) => [what, tone]),
  ).toEqual([
    ['NotReady', 'bad'],
    ['Error', 'bad'],
    ['Degraded', 'warning'],
  ]))

test.each([
  [null, false],
  [new ApiError('', { status: 409, code: 'unsupported' }), false],
  [new ApiError('', { status: 403, code: 'forbidden' }), false],
  [new ApiError('', { status: 503, code: 'workloads_unavailable' }), true],
  [new ApiError('', { status: 0, code: 'unreachable' }), true],
  [new TypeError(), true],
])('after %o something is missed: %s', (error, is) => expect(isMissed(error)).toBe(is))
