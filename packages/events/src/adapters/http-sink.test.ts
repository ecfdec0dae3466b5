import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createGate } from '../segment/fault-tests/faulty-files.ts'
import { createHttpSink, type HttpSinkOptions } from './http-sink.ts'

interface Seen {
  readonly headers: IncomingHttpHeaders
  readonly lines: readonly string[]
  readonly path: string | undefined
}

type Respond = (response: ServerResponse, seen: Seen) => void

/** A server that answers as it is told, and remembers what it was asked. */
const serve = async (respond: Respond, options: Partial<HttpSinkOptions> = {}) => {
  const asked: Seen[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { headers, url } = request
    const seen = { headers, path: `${request.method} ${url}`, lines: body.split('\n').slice(0, -1) }
    asked.push(seen)
    respond(response, seen)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sink = createHttpSink({ url: `http://127.0.0.1:${port}/events`, apiKey: 'key-1', ...options })
  onTestFinished(async () => {
    await sink.close()
    server.closeAllConnections()
    server.close()
  })
  return { sink, asked, port }
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
const accept: Respond = (response, { lines }) =>
  json(response, 202, { ok: true, accepted: lines.length, rejected: [] })

const events = ['{"a":1}', '{"b":2}', '{"c":3}'].map((text) => Buffer.from(text))

test('events go as lines of one request, with the key and whatever other headers there are', async () => {
  let token = 0
  const headers = async () => ({ authorization: `Bearer ${++token}` })
  const { sink, asked } = await serve(accept, { headers })
  expect(await sink.write(events)).toEqual({ rejected: [] })
  expect(await sink.write(events.slice(0, 1))).toEqual({ rejected: [] })
  expect(await sink.write([])).toEqual({ rejected: [] })
  expect(asked.map(({ path, lines }) => [path, lines])).toEqual([
    ['POST /events', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ['POST /events', ['{"a":1}']],
  ])
  expect(asked.map(({ headers }) => [headers['x-api-key'], headers.authorization])).toEqual([
    ['key-1', 'Bearer 1'],
    ['key-1', 'Bearer 2'],
  ])
  expect(asked[0]?.headers['content-type']).toBe('application/x-ndjson')
})

test('what ingest rejects for good is handed back', async () => {
  const error = { code: 'invalid_fields', pointer: '/payload/_audit/seq', message: 'is not\na number' }
  const { sink } = await serve((response) =>
    json(response, 202, { ok: true, accepted: 2, rejected: [{ index: 1, error }] }),
  )
  expect(await sink.write(events)).toEqual({
    rejected: [{ index: 1, code: 'invalid_fields', message: 'is not a number' }],
  })
})

test('an event that is refused for who sends it fails the batch: somebody may mend that', async () => {
  const error = { code: 'source_not_allowed', pointer: '', message: '' }
  const { sink } = await serve((response) =>
    json(response, 202, { ok: true, accepted: 2, rejected: [{ index: 1, error }] }),
  )
  await expect(sink.write(events)).rejects.toMatchObject({
    code: 'sink_unavailable',
    retryable: false,
    message: expect.stringContaining('source_not_allowed'),
  })
})

test.each<[number, string, boolean]>([
  [200, '', false],
  [302, '', false],
  [400, 'invalid_json', false],
  [401, 'unauthorized', false],
  [403, 'source_not_allowed', false],
  [404, 'not_found', false],
  [408, '', true],
  [429, 'overloaded', true],
  [500, 'internal', true],
  [502, '', true],
  [503, 'kafka_unavailable', true],
  [504, '', true],
])('%i %s is an error; may time heal it: %s', async (status, code, retryable) => {
  const { sink, asked } = await serve((response) =>
    json(response, status, code === '' ? 'no object' : { error: code, message: 'm' }, {
      location: '/elsewhere',
    }),
  )
  await expect(sink.write(events)).rejects.toMatchObject({
    code: 'sink_unavailable',
    retryable,
    message: expect.stringMatching(new RegExp(`answered ${status}${code === '' ? '$' : `, ${code}`}`)),
    details: { status },
  })
  expect(asked).toHaveLength(1)
})

test.each<[string, string | undefined, (ms: number | undefined) => boolean]>([
  ['seconds', '7', (ms) => ms === 7000],
  ['a date', new Date(Date.now() + 3_600_000).toUTCString(), (ms) => ms !== undefined && ms > 3_000_000],
  ['a date that was', 'Wed, 21 Oct 2015 07:28:00 GMT', (ms) => ms === 0],
  ['nonsense', 'soon', (ms) => ms === undefined],
])('Retry-After in %s is handed on', async (_, value, holds) => {
  const { sink } = await serve((response) => json(response, 503, {}, { 'retry-after': value }))
  const error = await sink.write(events).catch((error: unknown) => error)
  expect(holds((error as { details: { retryAfterMs?: number } }).details.retryAfterMs)).toBe(true)
})

test('a batch that is too large is halved until it fits, in order; one event that alone is too large is rejected', async () => {
  const taken: string[] = []
  const { sink } = await serve((response, seen) => {
    if (seen.lines.join('').length > 8) return json(response, 413, { error: 'too_large' })
    taken.push(...seen.lines)
    accept(response, seen)
  })
  const large = Buffer.from('{"too":"large"}')
  const given = [...events, large, ...events]
  expect(await sink.write(given)).toEqual({
    rejected: [{ index: 3, code: 'too_large', message: 'HTTP 413' }],
  })
  expect(taken).toEqual([...events, ...events].map(String))
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a page', '<html>'],
  ['too few', { ok: true, accepted: 2, rejected: [] }],
  ['too many', { ok: true, accepted: 4, rejected: [] }],
  ['no ok', { accepted: 3, rejected: [] }],
  [
    'an index that is none',
    { ok: true, accepted: 2, rejected: [{ index: 3, error: { code: 'too_large' } }] },
  ],
  [
    'an event twice',
    { ok: true, accepted: 1, rejected: Array(2).fill({ index: 0, error: { code: 'too_large' } }) },
  ],
  ['no reason', { ok: true, accepted: 2, rejected: [{ index: 0 }] }],
  ['more than is read', { ok: true, accepted: 3, rejected: [], more: 'x'.repeat(2 * 1024 * 1024) }],
])('a 202 that says %s acknowledges nothing', async (_, body) => {
  const { sink } = await serve((response) => json(response, 202, body))
  await expect(sink.write(events)).rejects.toMatchObject({ code: 'sink_unavailable', retryable: false })
})

test('a server that is away, breaks off, or does not answer in time can be asked again', async () => {
  const breaking = await serve((response) => void response.destroy())
  await expect(breaking.sink.write(events)).rejects.toMatchObject({
    code: 'sink_unavailable',
    retryable: true,
  })
  const away = createHttpSink({ url: 'http://127.0.0.1:1/events' })
  await expect(away.write(events)).rejects.toMatchObject({ code: 'sink_unavailable', retryable: true })
  const slow = await serve(() => {}, { timeoutMs: 20 })
  await expect(slow.sink.write(events)).rejects.toMatchObject({
    retryable: true,
    message: /no answer within 20 ms/,
  })
  const half = await serve((response) => void response.writeHead(202).write('{"ok":'), { timeoutMs: 20 })
  await expect(half.sink.write(events)).rejects.toMatchObject({
    retryable: true,
    message: /no answer within 20 ms/,
  })
})

test('closing ends a request that is on its way', async () => {
  const asked = createGate()
  const { sink } = await serve(() => asked.open())
  const writing = sink.write(events)
  await asked.wait()
  await sink.close()
  await expect(writing).rejects.toMatchObject({ message: expect.stringMatching(/the sink was closed/) })
})

test('headers that cannot be had, or cannot be sent, are told without what is in them', async () => {
  const secret = 'secret\nkey'
  const given = [
    { apiKey: secret },
    { headers: async () => ({ authorization: `Bearer ${secret}` }) },
    {
      headers: async () => {
        throw new Error('no token')
      },
    },
  ]
  const retryable: boolean[] = []
  for (const options of given) {
    const sink = createHttpSink({ url: 'http://127.0.0.1:1/events', ...options })
    const error = await sink.write(events).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'sink_unavailable' })
    const { message, stack, cause } = error as Error
    expect(`${message}${stack}${cause}`).not.toContain('secret')
    retryable.push((error as { retryable: boolean }).retryable)
  }
  expect(retryable).toEqual([false, false, true])
})

test.each(['events', 'ftp://host/events', 'http://user:secret@host/events'])(
  '%s is no url of a sink',
  (url) => {
    expect(() => createHttpSink({ url })).toThrow(TypeError)
    expect(() => createHttpSink({ url })).not.toThrow(/secret/)
  },
)
