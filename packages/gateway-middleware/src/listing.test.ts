import { compile } from '@mcp-sentinel/policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterLists, showOf } from './listing.ts'
import { createListingBody, listBytesMax } from './listing-body.ts'

const policy = compile({
  schema_version: 'v2',
  server: { name: 's' },
  policy: { governs: ['tools', 'resources', 'prompts'] },
  tools: [
    { name: 'read', side_effect: 'read' },
    { name: 'erase', side_effect: 'destructive' },
    { name: 'pay', side_effect: 'read' },
  ],
  grants: [
    {
      name: 'g',
      agent_id: 'me',
      allowed_side_effects: ['read'],
      tool_rules: [
        { name: 'read' },
        { name: 'erase' },
        { name: 'pay', when: [{ pointer: '/n', op: 'lte', value: 5 }] },
      ],
      resource_rules: [{ name: 'docs://public/*' }],
      prompt_rules: [{ name: 'hello' }],
    },
  ],
})
const show = showOf(policy, { agent: 'me' }, 0)

const table: readonly (readonly [string, object, object])[] = [
  [
    'tools',
    { tools: [{ name: 'read' }, { name: 'erase' }, { name: 'unknown' }] },
    { tools: [{ name: 'read' }] },
  ],
  ['a tool that depends on its arguments', { tools: [{ name: 'pay' }] }, { tools: [{ name: 'pay' }] }],
  ['prompts', { prompts: [{ name: 'hello' }, { name: 'x' }] }, { prompts: [{ name: 'hello' }] }],
  [
    'resources',
    { resources: [{ uri: 'docs://public/a' }, { uri: 'docs://secret' }] },
    { resources: [{ uri: 'docs://public/a' }] },
  ],
  [
    'templates',
    { resourceTemplates: [{ uriTemplate: 'docs://{area}/x' }, { uriTemplate: 'files://{name}' }] },
    { resourceTemplates: [{ uriTemplate: 'docs://{area}/x' }] },
  ],
  ['what has no name', { tools: [{}, null, 'read', { name: 7 }] }, { tools: [] }],
  ['a list that others may keep', { tools: [], cacheScope: 'public' }, { tools: [], cacheScope: 'private' }],
  ['other members', { tools: [{ name: 'erase' }], nextCursor: 'c' }, { tools: [], nextCursor: 'c' }],
]

test.each(table)('%s', (_, result, shown) => {
  const message = { jsonrpc: '2.0', id: 1, result }
  expect(filterLists(message, show)).toEqual({ ...message, result: shown })
  expect(filterLists([message], show)).toEqual([{ ...message, result: shown }])
})

test('what holds nothing to hide is the same value', () => {
  for (const value of [
    null,
    'x',
    [],
    { result: null },
    { result: { tools: 'read' } },
    { result: { tools: [{ name: 'read' }] } },
    { error: { tools: [{ name: 'erase' }] } },
  ])
    expect(filterLists(value, show)).toBe(value)
})

const message = (names: readonly string[]) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: names.map((name) => ({ name })) } })

/** Pieces of a text at any place. */
const pieces = (text: string, cuts: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

const through = (type: string, chunks: readonly Buffer[]): string => {
  const body = createListingBody(type, { show, heed: undefined })
  if (body === undefined) return Buffer.concat(chunks).toString()
  return Buffer.concat([...chunks.map(body.push), body.end()]).toString()
}

test('however a body comes in pieces, it comes out the same', () => {
  const event = `id: 7\nevent: message\ndata: ${message(['read', 'erase', 'ö'])}\n\n`
  const stream = `: hello\n\n${event}retry: 5\ndata: {"kept":1}\n\n`
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      expect(through('application/json', pieces(message(['erase', 'read']), cuts))).toBe(message(['read']))
      expect(through('text/event-stream; charset=utf-8', pieces(stream, cuts))).toBe(
        `: hello\n\nevent: message\nid: 7\ndata: ${message(['read'])}\n\nretry: 5\ndata: {"kept":1}\n\n`,
      )
    }),
  )
})

test('a stream of events without lists goes on byte for byte', () => {
  const stream = ':\r\n\r\nid: 1\rdata: {"a":\rdata: 1}\r\rdata\n\n'
  expect(through('text/event-stream', [Buffer.from(stream)])).toBe(stream)
})

test.each(['text/html', undefined])('%s is not looked into', (type) => {
  expect(createListingBody(type, { show, heed: undefined })).toBeUndefined()
})

test('an answer that is too large to be looked into does not go on', () => {
  const body = createListingBody('application/json', { show, heed: undefined })
  expect(() => body?.push(Buffer.alloc(listBytesMax + 1))).toThrow(RangeError)
})

test('an event without its end is not shown: it may be half a list', () => {
  expect(through('text/event-stream', [Buffer.from(`data: ${message(['erase'])}`)])).toBe('')
})
