import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { expect, onTestFinished, test } from 'vitest'
import { sinkFetch } from './sink-fetch.ts'

const sinkBefore = async (answer: RequestListener) => {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
  const sink = createHttpSink({ url, apiKey: 'a-key', fetch: sinkFetch })
  onTestFinished(async () => {
    await sink.close()
    server.closeAllConnections()
    server.close()
  })
  return { sink, server }
}
const events = [Buffer.from('{"a":1}'), Buffer.from('{"b":2}')]

test('a sink sends by it what it is given, and reads what was answered', async () => {
  let sent = ''
  const { sink } = await sinkBefore(async (req, res) => {
    sent = `${req.method} ${req.headers['x-api-key']} ${req.headers['content-type']} ${await text(req)}`
    const rejected = [{ index: 1, error: { code: 'too_large', message: 'much' } }]
    res.writeHead(202, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ ok: true, accepted: 1, rejected }))
  })
  expect(await sink.write(events)).toEqual({
    rejected: [{ index: 1, code: 'too_large', message: 'much' }],
  })
  expect(sent).toBe('POST a-key application/x-ndjson {"a":1}\n{"b":2}\n')
})

test.each([
  [503, { 'retry-after': '2' }, { retryable: true, details: { status: 503, retryAfterMs: 2_000 } }],
  [204, {}, { retryable: false, details: { status: 204 } }],
  // The key goes nowhere else.
  [307, { location: 'http://127.0.0.1:1/' }, { retryable: false, details: { status: 307 } }],
])('what is no 202 is told by its status: %i', async (status, headers, told) => {
  const { sink } = await sinkBefore((_, res) => void res.writeHead(status, headers).end())
  await expect(sink.write(events)).rejects.toMatchObject(told)
})

test('a write on its way ends with the sink', async () => {
  const { sink, server } = await sinkBefore(() => {})
  const writing = expect(sink.write(events)).rejects.toMatchObject({ code: 'sink_unavailable' })
  await once(server, 'request')
  await sink.close()
  await writing
})
