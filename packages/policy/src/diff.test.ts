import { expect, test } from 'vitest'
import { diff, type RecordedRequest } from './diff.ts'
import { compile, type PolicyDocument } from './index.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const policy = (tool_rules: object[], rest: object = {}): PolicyDocument => ({
  schema_version: 'v2',
  server: { name: 's' },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', side_effect: 'read' },
  ],
  grants: [{ name: 'g', agent_id: 'ops', allowed_side_effects: ['read'], tool_rules: tool_rules as never }],
  ...rest,
})
const call = (target: string, rest: Partial<RecordedRequest> = {}): RecordedRequest => ({
  agent: 'ops',
  method: 'tools/call',
  target,
  ...rest,
})
const open = compile(policy([{ name: 'list' }, { name: 'refund' }]))
const atMost500 = compile(
  policy([{ name: 'list' }, { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] }]),
)

test('finds which calls change their verdict, and how', () => {
  const requests = [
    call('list'),
    call('refund', { arguments: { amount: 500 } }),
    call('refund', { arguments: { amount: 501 } }),
    call('other'),
  ]
  const forth = diff(open, atMost500, requests, now)
  expect(forth).toMatchObject({
    same: 3,
    undecidable: [],
    changed: [{ index: 2, change: 'now-refused', after: { reason: 'argument_not_allowed' } }],
  })
  expect(diff(atMost500, open, requests, now).changed).toMatchObject([{ index: 2, change: 'now-allowed' }])
})

test('a call whose arguments were not recorded is never counted as unchanged', () => {
  const unrecorded = call('refund', { recorded: [] })
  expect(diff(open, atMost500, [unrecorded], now)).toMatchObject({
    same: 0,
    changed: [],
    undecidable: [{ index: 0, policies: ['after'] }],
  })
  const other = call('refund', { arguments: { to: 'x' }, recorded: ['/to'] })
  expect(diff(open, atMost500, [other], now).undecidable).toHaveLength(1)
  const recorded = call('refund', { arguments: { amount: 1 }, recorded: ['/amount'] })
  expect(diff(open, atMost500, [recorded], now)).toMatchObject({ same: 1 })
})

test('what was not recorded does not matter where no rule reads it', () => {
  expect(diff(open, atMost500, [call('list', { recorded: [] })], now).same).toBe(1)
  expect(diff(open, atMost500, [call('refund', { agent: 'eve', recorded: [] })], now).same).toBe(1)
})

test('each call is judged at its own time', () => {
  const until = compile(
    policy([{ name: 'list' }], {
      grants: [
        { name: 'g', agent_id: 'ops', allowed_side_effects: ['read'], not_after: '2026-06-01T12:00:00Z' },
      ],
    }),
  )
  const requests = [call('list', { at: now - 1 }), call('list', { at: now })]
  expect(diff(open, until, requests, 0).changed.map(({ index }) => index)).toEqual([1])
})

test('another reason for the same verdict is told', () => {
  const closed = compile(policy([{ name: 'other' }]))
  const denied = compile(policy([{ name: 'list', decision: 'deny' }]))
  expect(diff(closed, denied, [call('list')], now).changed).toMatchObject([
    { change: 'other-reason', before: { reason: 'tool_not_granted' }, after: { reason: 'tool_denied' } },
  ])
})

test('a reason that rests on what was not recorded is not told as a change', () => {
  const rules = (name: string) => [
    { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] },
    { name, decision: 'deny' },
  ]
  const tooMuch = (rest: object) =>
    policy(rules('list'), { tools: [{ name: 'refund', side_effect: 'write' }], ...rest })
  // Met, the rule meets a side effect that is not listed; not met, it is the argument. Refused either way.
  const found = diff(
    compile(tooMuch({})),
    compile(policy([{ name: 'list' }])),
    [call('refund', { recorded: [] })],
    now,
  )
  expect(found).toMatchObject({ same: 1, changed: [], undecidable: [] })
})

test('from observe to enforcing shows what will be refused', () => {
  const observed = compile(policy([{ name: 'list' }], { policy: { mode: 'observe' } }))
  const enforced = compile(policy([{ name: 'list' }]))
  expect(diff(observed, enforced, [call('refund')], now)).toMatchObject({ same: 1 })
})
