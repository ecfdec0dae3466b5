import {
  commitmentOf,
  disclosuresMax,
  provesCommitment,
  type RequestRecord,
  redacted,
} from '@mcp-sentinel/events'
import type { PolicyDocument, RecordedValue } from '@mcp-sentinel/policy'
import { describe, expect, test } from 'vitest'
import type { Body } from './exchange.ts'
import { createGateway } from './gateway.ts'
import type { InspectedCall } from './inspect.ts'
import { recordedArguments } from './recorded-parts.ts'
import type { Recorder } from './recorder.ts'
import { staticPolicy } from './static-policy.ts'

const callWith = (args: unknown, inexact: readonly string[] = []): InspectedCall => ({
  kind: 'call',
  id: 1,
  method: 'tools/call',
  params: { name: 'refund', arguments: args },
  target: { name: 'refund' },
  inexact,
})

/** What is shown of arguments, by pointer. */
const shown = (wanted: readonly RecordedValue[], args: unknown, inexact?: readonly string[]) => {
  const { disclosures = [] } = recordedArguments([{ arguments: wanted }], callWith(args, inexact)) ?? {}
  return Object.fromEntries(disclosures.map(({ pointer, value }) => [pointer, value]))
}

const customer = {
  name: 'Ada',
  cards: [{ number: '4111', holder: 'A' }, { number: '4222' }],
  'a/b': { '~': 1 },
}
const value = (pointer: string, redact?: readonly string[]): RecordedValue => ({
  pointer,
  as: 'value',
  redact,
})
const digest = (pointer: string): RecordedValue => ({ pointer })

describe('what is shown', () => {
  test.each<[string, readonly RecordedValue[], unknown, object]>([
    ['a value', [value('/amount')], { amount: 5, note: 'x' }, { '/arguments/amount': 5 }],
    ['null, which is a value', [value('/a')], { a: null }, { '/arguments/a': null }],
    [
      'an object without what is taken out',
      [value('/c', ['/cards/*/number', '/name'])],
      { c: { ...customer } },
      {
        '/arguments/c': {
          ...customer,
          name: redacted,
          cards: [{ number: redacted, holder: 'A' }, { number: redacted }],
        },
      },
    ],
    ['an element', [value('/c/cards/1/number')], { c: customer }, { '/arguments/c/cards/1/number': '4222' }],
    ['names with marks', [value('/c/a~1b/~0')], { c: customer }, { '/arguments/c/a~1b/~0': 1 }],
    ['of a digest nothing', [digest('/amount')], { amount: 5 }, { '/arguments/amount': redacted }],
    ['as little as any rule says', [value('/a'), digest('/a')], { a: 5 }, { '/arguments/a': redacted }],
    [
      'no part of a value that another rule wants hidden',
      [value('/c'), digest('/c/name')],
      { c: { name: 'Ada', age: 3 } },
      { '/arguments/c': { name: redacted, age: 3 }, '/arguments/c/name': redacted },
    ],
    [
      'what either of two rules takes out is out',
      [value('/c', ['/name']), value('/c', ['/age'])],
      { c: { name: 'Ada', age: 3 } },
      { '/arguments/c': { name: redacted, age: redacted } },
    ],
    [
      'nothing of a value that is too long',
      [value('/a')],
      { a: 'x'.repeat(4_096) },
      { '/arguments/a': redacted },
    ],
    ['nothing that is not there', [value('/b'), value('/a/length'), value('/a/constructor')], { a: [1] }, {}],
    ['nothing without arguments', [value('/a')], undefined, {}],
  ])('%s', (_, wanted, args, expected) => expect(shown(wanted, args)).toEqual(expected))

  test('no number that a double does not carry, nor what holds one', () =>
    expect(
      shown([value('/a'), value('/b'), value('/c')], { a: 1e30, b: { n: 1e30 }, c: 1 }, ['/a', '/b/n']),
    ).toEqual({
      '/arguments/c': 1,
    }))

  test('no more than an event may hold', () => {
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, n]))
    const wanted = Object.keys(args).map((name) => value(`/${name}`))
    expect(Object.keys(shown(wanted, args))).toHaveLength(disclosuresMax / 2)
  })

  test('nothing of what no JSON could say', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(shown([value('/circle'), digest('/big'), value('/a')], { circle, big: 5n, a: 1 })).toEqual({
      '/arguments/a': 1,
    })
  })
})

test('a digest is proven by whoever has the value, and by nobody else; no two are alike', () => {
  const tell = () => recordedArguments([{ arguments: [digest('/pin')] }], callWith({ pin: '1234' }))
  const [first, second] = [tell(), tell()]
  const { salt = '' } = first?.disclosures?.[0] ?? {}
  const commitment = first?.commitments?.['/arguments/pin'] ?? ''
  expect(provesCommitment({ pointer: '/arguments/pin', salt, value: '1234' }, commitment)).toBe(true)
  expect(provesCommitment({ pointer: '/arguments/pin', salt, value: '1235' }, commitment)).toBe(false)
  expect(second?.commitments?.['/arguments/pin']).not.toBe(commitment)
})

test('a value is committed to as it is shown', () => {
  const told = recordedArguments(
    [{ arguments: [value('/c', ['/name'])] }],
    callWith({ c: { name: 'Ada', age: 3 } }),
  )
  const [disclosure] = told?.disclosures ?? []
  expect(disclosure && commitmentOf(disclosure)).toBe(told?.commitments?.['/arguments/c'])
})

const secret = 'hunter2-and-nobody-else'
const rules = [
  {
    name: 'refund',
    when: [{ pointer: '/amount', op: 'lte', value: 5 } as const],
    record: { arguments: [value('/amount'), digest('/pin')] },
  },
  { name: 'wire', audit: 'required' as const, record: { arguments: [value('/to', ['/key'])] } },
  { name: 'silent' },
]
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  tools: rules.map(({ name }) => ({ name, side_effect: 'read' })),
  grants: [{ name: 'g', agent_id: 'me', allowed_side_effects: ['read'], tool_rules: rules }],
}

/** What the guard writes of a call, in order, and what it says of it. */
const written = async (name: string, args: object, how: 'bytes' | 'value' = 'bytes') => {
  const records: RequestRecord[] = []
  const recorder: Recorder = {
    record: (record) => records.push(record),
    begin: async (record) => {
      records.push(record)
      return { close: (end) => records.push(end) }
    },
  }
  const gateway = await createGateway({
    policy: staticPolicy(document),
    identify: () => ({ ok: true, caller: { agent: 'me' } }),
    record: recorder,
  })
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }
  const text = JSON.stringify(message)
  const body: Body =
    how === 'bytes'
      ? { kind: 'bytes', bytes: Buffer.from(text) }
      : { kind: 'value', value: message, bytesLength: text.length }
  const admission = await gateway.admit({
    method: how === 'bytes' ? 'POST' : 'STDIO',
    path: '/mcp',
    header: (header) => (header === 'content-type' ? 'application/json' : undefined),
    body,
  })
  if (admission.kind === 'passed') admission.close({ status: 200, bytesOut: 1, outcome: 'closed' })
  await gateway.close()
  return { records, answer: JSON.stringify(admission.kind === 'refused' ? admission.answer : '') }
}

describe.each(['bytes', 'value'] as const)('in a record of a call that came as %s', (how) => {
  test('stands what a rule names, and not what none does', async () => {
    const { records } = await written('refund', { amount: 3, pin: secret, note: secret }, how)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      decision: 'allow',
      evaluator: 'mcp-sentinel-policy/1',
      commitments: { '/arguments/amount': expect.any(String), '/arguments/pin': expect.any(String) },
      disclosures: [
        { pointer: '/arguments/amount', value: 3 },
        { pointer: '/arguments/pin', value: redacted },
      ],
    })
    expect(JSON.stringify(records)).not.toContain(secret)
  })

  test('stands the same when it is refused for them', async () => {
    const { records, answer } = await written('refund', { amount: 9, pin: secret }, how)
    expect(records[0]).toMatchObject({ decision: 'deny', reason: 'argument_not_allowed' })
    expect(records[0]?.disclosures?.[0]).toMatchObject({ pointer: '/arguments/amount', value: 9 })
    expect(JSON.stringify(records) + answer).not.toContain(secret)
  })

  test('stands nothing where no rule of its tool names anything', async () => {
    const { records, answer } = await written('silent', { amount: secret, pin: secret, [secret]: 1 }, how)
    expect(records[0]?.commitments).toBeUndefined()
    expect(records[0]?.disclosures).toBeUndefined()
    expect(JSON.stringify(records) + answer).not.toContain(secret)
  })

  test('and in that of its beginning stand the same salts', async () => {
    const { records } = await written('wire', { to: { iban: 'DE02', key: secret } }, how)
    expect(records).toHaveLength(2)
    expect(records[0]?.disclosures).toEqual(records[1]?.disclosures)
    expect(records[0]?.disclosures?.[0]?.value).toEqual({ iban: 'DE02', key: redacted })
    expect(JSON.stringify(records)).not.toContain(secret)
  })
})
