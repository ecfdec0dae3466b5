import { connect } from 'node:net'
import type { InjectOptions } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type App, type AppOptions, createApp } from './app.ts'
import { createLogger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { ProblemError } from './problem.ts'
import { createSpanRecorder, createTracing } from './tracing.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const appWith = (options: Partial<AppOptions> = {}) => {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLogger({ service: 'test', level: 'debug', destination })
  const app = createApp({ log, bodyBytesMax: 64, ...options })
  onTestFinished(() => app.close())
  app.get('/things/:id', async () => ({ ok: true }))
  app.post('/things', async (request) => request.body)
  app.get('/busy', async () => {
    throw new ProblemError({ status: 429, code: 'busy', message: 'later', retryAfterS: 7 })
  })
  app.get('/broken', async () => {
    throw new Error('password is hunter2')
  })
  return { app, lines }
}

const originOf = (app: App): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 })

const json = { 'content-type': 'application/json' }

describe('a problem', () => {
  test.each<[string, InjectOptions, number, string]>([
    ['a path that nothing serves', { url: '/nothing' }, 404, 'not_found'],
    ['another method', { url: '/things/1?x=1', method: 'DELETE' }, 405, 'method_not_allowed'],
    [
      'a body without end',
      { url: '/things', method: 'POST', headers: json, body: `"${'x'.repeat(64)}"` },
      413,
      'too_large',
    ],
    [
      'an unknown body',
      { url: '/things', method: 'POST', headers: { 'content-type': 'a/b' }, body: 'x' },
      415,
      'unsupported_media_type',
    ],
    ['no JSON', { url: '/things', method: 'POST', headers: json, body: '{' }, 400, 'invalid_json'],
    ['no body', { url: '/things', method: 'POST', headers: json, body: '' }, 400, 'invalid_json'],
    [
      'a prototype',
      { url: '/things', method: 'POST', headers: json, body: '{"__proto__":1}' },
      400,
      'invalid_json',
    ],
    ['a path that is none', { url: '/things/%zz' }, 400, 'bad_request'],
    ['one that a handler throws', { url: '/busy' }, 429, 'busy'],
  ])('%s', async (_, request, status, error) => {
    const { app } = appWith()
    const response = await app.inject(request)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toEqual({
      error,
      message: expect.any(String),
      request_id: expect.stringMatching(uuid),
    })
  })

  test('says which methods are served, and when to come again', async () => {
    const { app } = appWith()
    expect((await app.inject({ url: '/things/1', method: 'PUT' })).headers['allow']).toBe('GET, HEAD')
    expect((await app.inject({ url: '/busy' })).headers['retry-after']).toBe('7')
  })

  test('that nobody foresaw is told to the log, and to nobody else', async () => {
    const { app, lines } = appWith()
    const response = await app.inject({ url: '/broken' })
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toContain('hunter2')
    const line = lines.find(({ level }) => level === 'error')
    expect(line).toMatchObject({ request_id: response.json().request_id, code: 'internal' })
    expect(line?.['err']).toMatchObject({ message: 'password is hunter2' })
  })

  test('of bytes that are no HTTP has the same shape', async () => {
    const { app } = appWith()
    const { port } = new URL(await originOf(app))
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('no http at all\r\n\r\n')
    let text = ''
    for await (const chunk of socket) text += chunk
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ error: 'bad_request' })
  })
})

test('a request has an id of its own, whatever its client calls it', async () => {
  const { app, lines } = appWith()
  const response = await app.inject({ url: '/things/1', headers: { 'x-request-id': 'mine' } })
  expect(response.headers['x-request-id']).toMatch(uuid)
  expect(lines.find(({ msg }) => msg === 'answered')).toMatchObject({
    level: 'debug',
    request_id: response.headers['x-request-id'],
    client_request_id: 'mine',
    method: 'GET',
    route: '/things/:id',
    status: 200,
  })
})

test('no browser is to guess what an answer is', async () => {
  const { app } = appWith()
  for (const url of ['/things/1', '/nothing'])
    expect((await app.inject({ url })).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
})

test('requests are counted by route, not by path', async () => {
  const metrics = createMetrics({ withProcess: false })
  const { app } = appWith({ metrics })
  for (const url of ['/things/1', '/things/2', '/nothing/1', '/nothing/2']) await app.inject({ url })
  const text = await metrics.registry.metrics()
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="/things/:id",status="2xx"} 2',
  )
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="4xx"} 2')
})

test('a span of the request is the child of its caller’s, and says how it ended', async () => {
  const recorder = createSpanRecorder()
  const { tracer } = createTracing({ serviceName: 'test', processor: recorder.processor })
  const { app } = appWith({ tracer })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await app.inject({ url: '/things/1', headers: { traceparent } })
  await app.inject({ url: '/broken' })
  const [first, second] = recorder.finished()
  expect(first).toMatchObject({ name: 'GET /things/:id', parentSpanContext: { spanId: 'b7ad6b7169203331' } })
  expect(first?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(second).toMatchObject({
    name: 'GET /broken',
    attributes: { 'http.response.status_code': 500, 'http.route': '/broken' },
    events: [{ name: 'exception' }],
  })
})

test('what is under way is answered when it closes, and what comes after that is refused', async () => {
  const { app } = appWith()
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    entered.resolve()
    await released.promise
    return { ok: true }
  })
  const closing = Promise.withResolvers<void>()
  app.addHook('preClose', async () => closing.resolve())
  const origin = await originOf(app)
  const underWay = fetch(`${origin}/slow`)
  await entered.promise
  const late = connect(Number(new URL(origin).port), '127.0.0.1')
  // The connection stands, and something is under way on it, so that the close does not take it for idle.
  late.write('GET /things/1 HTTP/1.1\r\nhost: a\r\n')
  await new Promise<void>((resolve) => void late.once('connect', resolve))
  const closed = app.close()
  await closing.promise
  released.resolve()
  const response = await underWay
  expect([response.status, response.headers.get('connection')]).toEqual([200, 'close'])
  late.destroy()
  await closed
  await expect(fetch(`${origin}/things/1`)).rejects.toThrow()
})
