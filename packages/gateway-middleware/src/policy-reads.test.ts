import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { expect, test } from 'vitest'
import { inspect } from './inspect.ts'
import { policyReads } from './policy-reads.ts'

const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  grants: [
    {
      name: 'g',
      agent_id: 'a',
      tool_rules: [
        { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 5 }] },
        { name: 'user_*', when: [{ pointer: '/owner/id', op: 'eq', value: 'me' }] },
        { name: 'free' },
        { name: 'noted', record: { arguments: [{ pointer: '/note', as: 'value' }] } },
      ],
    },
  ],
}

const call = (name: string, args: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":${args},"name":"${name}"}}`

/** What is said of a body: nothing where it may be judged. */
const said = (body: string): string | undefined => {
  const exchange = {
    method: 'POST',
    path: '/',
    header: (name: string) => (name === 'content-type' ? 'application/json' : undefined),
    body: { kind: 'bytes', bytes: Buffer.from(body) },
  } as const
  const inspected = inspect(exchange, { bodyBytesMax: 65_536, reads: policyReads(compile(document)) })
  return 'code' in inspected ? inspected.message : undefined
}

test.each([
  ['refund', '{"Amount":9}'],
  ['refund', '{"amount":1,"AMOUNT":9}'],
  ['refund', '{"ａmount":9}'],
  ['user_rename', '{"owner":{"Id":"you"}}'],
  ['user_', '{"OWNER":{"id":"you"}}'],
  ['noted', '{"note":"a","Note":"b"}'],
])('a call of %s with %s is refused: a rule reads what could be meant', (tool, args) =>
  expect(said(call(tool, args))).toMatch(/is nearly/),
)

test.each([
  ['free', '{"Amount":9}'],
  ['unknown', '{"AMOUNT":1,"amount":9,"OWNER":{"Id":1}}'],
  ['user_rename', '{"Amount":9,"owner":{"id":"me"}}'],
  ['refund', '{"Owner":{"Id":1},"amount":1}'],
])('a call of %s with %s is judged: no rule of its tool reads that', (tool, args) =>
  expect(said(call(tool, args))).toBeUndefined(),
)

test('in a batch what one of its calls may not have, none may', () => {
  const [harmless, other] = [call('free', '{"Amount":9}'), call('free', '{}')]
  expect(said(`[${harmless},${other}]`)).toBeUndefined()
  expect(said(`[${harmless},${call('refund', '{}')}]`)).toMatch(/is nearly/)
})

test.each([
  ['a name of the envelope', call('free', '{"Amount":1}').replace('"id"', '"ID"'), /is nearly/],
  ['a name given twice', call('free', '{"Amount":1,"x":1,"x":2}'), /is there twice/],
])('%s stays refused beside a name that is another tool’s', (_, body, why) => expect(said(body)).toMatch(why))
