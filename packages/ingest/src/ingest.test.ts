import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createChain,
  createIds,
  decodeEnvelope,
  EventError,
  encodeEnvelope,
  type LogEntry,
} from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createApiKeys, createServerTokens, mintServerToken } from '@mcp-sentinel/identity'
import { createLogger, createMetrics, createSpanRecorder, createTracing } from '@mcp-sentinel/service'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthenticate } from './authenticate.ts'
import { createIngest, type IngestOptions } from './ingest.ts'
import { ingestProblems } from './problems.ts'

const key = 'a-key-that-nobody-guesses'
const logger = createLogger({ service: 'ingest-test', level: 'silent' })
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const tokenFor = (server: string) =>
  mintServerToken({
    signer: { kid: 'k1', privateKey, issuer: 'operator' },
    audience: 'ingest',
    binding: { namespace: 'mcp-servers', server },
    ttlS: 300,
    now: Date.now(),
  })
const authenticate = createAuthenticate({
  apiKeys: createApiKeys([key]),
  bearers: [
    createServerTokens({
      publicKeys: new Map([['k1', publicKey]]),
      issuer: 'operator',
      audience: 'ingest',
      clock: Date.now,
    }),
  ],
})

const ingestWith = (options: Pick<IngestOptions, 'log'> & Partial<IngestOptions>) => {
  const ingest = createIngest({ authenticate, logger, ...options })
  onTestFinished(() => ingest.close())
  return ingest
}

/** Ingest over the files of one machine, and what a reader finds in them. */
const ingestOnFiles = async (options: Partial<IngestOptions> = {}) => {
  const directory = await mkdtemp(join(tmpdir(), 'ingest-'))
  const log = await createSegmentLog({ directory })
  onTestFinished(async () => {
    await log.close()
    await rm(directory, { recursive: true })
  })
  const records = async () => {
    const consumer = await log.consume('test')
    const claim = await consumer.nextClaim()
    const read = await claim?.read(claim.committed, {
      recordsMax: 1000,
      bytesMax: 1024 ** 3,
      signal: AbortSignal.abort(),
    })
    await consumer.close()
    return read ?? []
  }
  return { ...ingestWith({ log, ...options }), records }
}

/** A log in memory, to fail and to wait as a test wants. */
const logThat = (append: (entries: readonly LogEntry[]) => Promise<void>) => ({ append })

const json = { 'content-type': 'application/json', 'x-api-key': key }
const lines = { ...json, 'content-type': 'application/x-ndjson' }
const post = (body: string | Buffer, headers: Record<string, string> = json) => ({
  method: 'POST' as const,
  url: '/events',
  headers,
  body,
})

const ids = createIds(Date.now)
const chain = (producer = 'mcp-servers/payments/pod-1') =>
  createChain({ producer, source: 'gateway', clock: Date.now, ids })
const chained = (producer?: string): string => encodeEnvelope(chain(producer).start()).toString()
const plain = (change: object = {}): string =>
  JSON.stringify({
    timestamp: new Date().toISOString(),
    source: 'old-gateway',
    event_type: 'mcp.request',
    payload: { namespace: 'mcp-servers', server: 'payments', tool_name: 'pay' },
    ...change,
  })

describe('what is taken', () => {
  test('a single event is in the log, to the byte of its payload, before it is acknowledged', async () => {
    const { app, records } = await ingestOnFiles()
    const { payload, ...outer } = chain().start()
    const spaced = payload.replaceAll('","', '" ,\n"')
    const response = await app.inject(post(encodeEnvelope({ ...outer, payload: spaced })))
    expect([response.statusCode, response.body]).toEqual([202, '{"ok":true}'])
    const [record] = await records()
    const decoding = decodeEnvelope(record?.value ?? Buffer.alloc(0))
    expect(decoding.ok && decoding.decoded.envelope.payload).toBe(spaced)
    expect(decoding.ok && decoding.decoded.audit?.chain).toBe(record?.key)
    expect(record?.headers).toEqual({
      received_at: new Date(record?.receivedAtMs ?? 0).toISOString(),
      key_id: createApiKeys([key]).authenticate(key).ok && expect.stringMatching(/^key-/),
    })
  })

  test.each<[string, Record<string, string>, (events: string[]) => string]>([
    ['an array', json, (events) => `[${events.join(' ,\n')}]`],
    ['one event a line', lines, (events) => events.join('\n')],
    [
      'one event a line, under the other name',
      { ...json, 'content-type': 'application/ndjson; charset=utf-8' },
      (events) => `${events.join('\r\n')}\r\n`,
    ],
  ])('a batch as %s, each event for itself', async (_, headers, joined) => {
    const { app, records } = await ingestOnFiles()
    const events = [plain(), '{"source":""}', 'nonsense', chained(), plain({ payload: null })]
    const response = await app.inject(post(joined(events), headers))
    expect([response.statusCode, response.json()]).toEqual([
      202,
      {
        ok: true,
        accepted: 2,
        rejected: [
          { index: 1, error: { code: 'missing_fields', pointer: '/source', message: expect.any(String) } },
          { index: 2, error: { code: 'invalid_json', pointer: '', message: expect.any(String) } },
          { index: 4, error: { code: 'missing_fields', pointer: '/payload', message: expect.any(String) } },
        ],
      },
    ])
    expect((await records()).map(({ key: found }) => found)).toEqual([
      'mcp-servers/payments',
      expect.stringMatching(/^mcp-servers\/payments\/pod-1\//),
    ])
  })

  test('an empty batch', async () => {
    const { app, records } = await ingestOnFiles()
    for (const [body, headers] of [
      ['[]', json],
      ['\n', lines],
    ] as const)
      expect((await app.inject(post(body, headers))).json()).toEqual({ ok: true, accepted: 0, rejected: [] })
    expect(await records()).toEqual([])
  })

  test.each(['1970-01-01T00:00:00Z', '2200-01-01T00:00:00Z'])(
    'an event of %s, with the time it came',
    async (timestamp) => {
      const { app, records } = await ingestOnFiles()
      expect((await app.inject(post(plain({ timestamp, payload: { timestamp } })))).statusCode).toBe(202)
      const [record] = await records()
      expect(record?.headers['timestamp_replaced']).toBe('true')
      expect(JSON.parse(String(record?.value))).toMatchObject({
        timestamp: record?.headers['received_at'],
        payload: { timestamp },
      })
    },
  )

  test('texts of almost 1 MiB, alone and in a batch', async () => {
    const { app, records } = await ingestOnFiles()
    const large = plain({ payload: { text: 'é'.repeat(524_000) } })
    expect((await app.inject(post(large))).statusCode).toBe(202)
    expect((await app.inject(post(`[${large},${large}]`))).json()).toMatchObject({ accepted: 2 })
    expect(await records()).toHaveLength(3)
  })

  test('a stranger’s event on a victim’s chain, under the stranger’s own key_id', async () => {
    const { app, records } = await ingestOnFiles()
    const victim = await tokenFor('payments')
    const event = chained()
    await app.inject(post(event, { 'content-type': 'application/json', authorization: `Bearer ${victim}` }))
    await app.inject(post(event))
    expect((await records()).map(({ headers }) => headers['key_id'])).toEqual([
      'operator#mcp-servers/payments',
      expect.stringMatching(/^key-/),
    ])
  })
})

describe('what is refused', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const audited = (change: object): string => {
    const { payload, ...outer } = chain().start()
    const { _audit, ...rest } = JSON.parse(payload)
    return JSON.stringify({ ...outer, payload: { _audit: { ..._audit, ...change }, ...rest } })
  }

  test.each<[string, string | Buffer, number, string, string | undefined]>([
    ['nothing', '', 400, 'invalid_json', ''],
    ['no JSON', '{"source"', 400, 'invalid_json', ''],
    ['JSON with something behind it', `${plain()} {}`, 400, 'invalid_json', ''],
    ['an array with something behind it', `[${plain()}] x`, 400, 'invalid_json', undefined],
    ['an array that does not end', `[${plain()}`, 400, 'invalid_json', undefined],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(plain().slice(0, -2)), Buffer.of(0xff, 0x7d)]),
      400,
      'invalid_utf8',
      '',
    ],
    ['a text', '"text"', 400, 'invalid_fields', ''],
    ['a number', '7', 400, 'invalid_fields', ''],
    ['a member that is given twice', `{"source":"a",${plain().slice(1)}`, 400, 'invalid_fields', ''],
    [
      'a payload’s member that is given twice',
      plain().replace('"payload":{', '"payload":{"server":"a",'),
      400,
      'invalid_fields',
      '/payload',
    ],
    ['no source', plain({ source: undefined }), 400, 'missing_fields', '/source'],
    ['a blank source', plain({ source: ' ' }), 400, 'missing_fields', '/source'],
    ['a source of another type', plain({ source: 7 }), 400, 'missing_fields', '/source'],
    ['a source without end', plain({ source: 'x'.repeat(257) }), 400, 'invalid_fields', '/source'],
    ['no type', plain({ event_type: undefined }), 400, 'missing_fields', '/event_type'],
    ['no payload', plain({ payload: undefined }), 400, 'missing_fields', '/payload'],
    ['a timestamp of another type', plain({ timestamp: 7 }), 400, 'invalid_fields', '/timestamp'],
    ['a trace of another type', plain({ traceparent: {} }), 400, 'invalid_fields', '/traceparent'],
    ['a head that is none', plain({ payload: { _audit: 1 } }), 400, 'invalid_fields', '/payload/_audit'],
    ['a head of another version', audited({ v: 2 }), 400, 'invalid_fields', '/payload/_audit/v'],
    ['a chain that is none', audited({ chain: 'x' }), 400, 'invalid_fields', '/payload/_audit/chain'],
    ['a place before the first', audited({ seq: 0 }), 400, 'invalid_fields', '/payload/_audit/seq'],
    ['a head of another source', audited({ source: 'x' }), 400, 'invalid_fields', '/payload/_audit/source'],
    ['more than 1 MiB', plain({ payload: 'x'.repeat(1024 * 1024) }), 413, 'too_large', ''],
    ['more than 8 MiB', `[${'1,'.repeat(5 * 1024 * 1024)}1]`, 413, 'too_large', undefined],
    ['more events than a batch may have', `[${'1,'.repeat(20_000)}1]`, 413, 'too_large', undefined],
    [
      'a nesting without end',
      plain().replace('"pay"', nested(100_000)).replace('"source"', '"source":1,"source"'),
      400,
      'invalid_fields',
      '',
    ],
  ])('%s', async (_, body, status, error, pointer) => {
    const { app, records } = await ingestOnFiles()
    const response = await app.inject(post(body))
    expect(response.json()).toEqual({
      error,
      message: expect.any(String),
      request_id: expect.any(String),
      ...(pointer === undefined ? {} : { details: { pointer } }),
    })
    expect(response.statusCode).toBe(status)
    expect(await records()).toEqual([])
  })

  test('another content type, method or path', async () => {
    const { app } = await ingestOnFiles()
    const typed = await app.inject(post(plain(), { ...json, 'content-type': 'text/plain' }))
    expect([typed.statusCode, typed.json().error]).toEqual([415, 'unsupported_media_type'])
    const got = await app.inject({ url: '/events', headers: json })
    expect([got.statusCode, got.headers['allow']]).toEqual([405, 'POST'])
    expect((await app.inject({ url: '/metrics' })).statusCode).toBe(404)
  })

  test.each<[string, Record<string, string>, string]>([
    ['nobody', {}, 'Bearer realm="mcp-sentinel ingest"'],
    [
      'an unknown key',
      { 'x-api-key': 'another-key-altogether' },
      'Bearer realm="mcp-sentinel ingest", error="invalid_token"',
    ],
    [
      'an unknown token',
      { authorization: 'Bearer x.y.z' },
      'Bearer realm="mcp-sentinel ingest", error="invalid_token"',
    ],
  ])('%s, with what to present', async (_, credentials, challenge) => {
    const { app, records } = await ingestOnFiles()
    const response = await app.inject(post(plain(), { 'content-type': 'application/json', ...credentials }))
    expect([response.statusCode, response.json().error]).toEqual([401, 'unauthorized'])
    expect(response.headers['www-authenticate']).toBe(challenge)
    expect(await records()).toEqual([])
  })

  test('a token whose issuer cannot be asked, for a while', async () => {
    const away = {
      authenticate: async () => ({ ok: false, code: 'provider_unavailable', message: '' }) as const,
    }
    const { app } = await ingestOnFiles({ authenticate: createAuthenticate({ bearers: [away] }) })
    const response = await app.inject(post(plain(), { ...json, 'x-api-key': '', authorization: 'Bearer x' }))
    expect([response.statusCode, response.json().error]).toEqual([503, 'provider_unavailable'])
    expect(response.headers['retry-after']).toBe('5')
  })

  test('events of another server than the token is for', async () => {
    const { app, records } = await ingestOnFiles()
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor('ledger')}`,
    }
    for (const [event, pointer] of [
      [plain(), '/payload/server'],
      [chained(), '/payload/_audit/chain'],
    ] as const) {
      const response = await app.inject(post(event, headers))
      expect([response.statusCode, response.json()]).toMatchObject([
        403,
        { error: 'source_not_allowed', details: { pointer } },
      ])
    }
    const batch = await app.inject(post(`[${chained()},${chained('mcp-servers/ledger/pod-1')}]`, headers))
    expect(batch.json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, error: { code: 'source_not_allowed' } }],
    })
    expect(await records()).toHaveLength(1)
  })
})

describe('a log', () => {
  test.each<[string, unknown, number, string, string]>([
    [
      'that is away',
      new EventError('log_unavailable', 'no brokers', { retryable: true }),
      503,
      'log_unavailable',
      '2',
    ],
    ['that failed for good', new EventError('segment_failed', 'disk'), 503, 'log_unavailable', '2'],
    ['that is full', new EventError('log_full', 'full', { retryable: true }), 503, 'log_full', '5'],
    [
      'that has enough to do',
      new EventError('overloaded', 'busy', { retryable: true }),
      503,
      'overloaded',
      '1',
    ],
    ['that throws what nobody knows', new Error('hunter2'), 503, 'log_unavailable', '2'],
  ])('%s has its events sent again', async (_, failure, status, error, retryAfter) => {
    const { app } = ingestWith({ log: logThat(() => Promise.reject(failure)) })
    for (const body of [plain(), `[${plain()}]`]) {
      const response = await app.inject(post(body))
      expect([response.statusCode, response.json().error, response.headers['retry-after']]).toEqual([
        status,
        error,
        retryAfter,
      ])
      expect(response.body).not.toContain('hunter2')
    }
  })

  test('that does not answer in time has its events sent again', async () => {
    const { app } = ingestWith({ log: logThat(() => new Promise(() => {})), appendTimeoutMs: 10 })
    expect((await app.inject(post(plain()))).json().error).toBe('log_unavailable')
  })

  test('that accepts only later is waited for: nothing is acknowledged before it is durable', async () => {
    const asked = Promise.withResolvers<void>()
    const durable = Promise.withResolvers<void>()
    const order: string[] = []
    const { app } = ingestWith({
      log: logThat(async () => {
        asked.resolve()
        await durable.promise
        order.push('durable')
      }),
    })
    const answered = app.inject(post(plain())).then(({ statusCode }) => order.push(`answered ${statusCode}`))
    await asked.promise
    durable.resolve()
    await answered
    expect(order).toEqual(['durable', 'answered 202'])
  })

  test('gets the events of a request at once', async () => {
    const batches: number[] = []
    const { app } = ingestWith({ log: logThat(async (entries) => void batches.push(entries.length)) })
    await app.inject(post(`[${plain()},${plain()},${plain()}]`))
    await app.inject(post('[]'))
    expect(batches).toEqual([3])
  })
})

test('requests that are under way are answered when it closes', async () => {
  const asked = Promise.withResolvers<void>()
  const durable = Promise.withResolvers<void>()
  const { app, close } = ingestWith({
    log: logThat(async () => {
      asked.resolve()
      await durable.promise
    }),
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const underWay = fetch(`${origin}/events`, { method: 'POST', headers: json, body: plain() })
  await asked.promise
  const closed = close()
  durable.resolve()
  expect(await (await underWay).json()).toEqual({ ok: true })
  await closed
  await expect(fetch(`${origin}/events`, { method: 'POST', headers: json, body: plain() })).rejects.toThrow()
})

test.each<[string, Partial<IngestOptions>]>([
  ['requests', { inFlightRequestsMax: 1 }],
  ['bytes', { inFlightBytesMax: 100 }],
])('beyond what may be under way, in %s, senders are told to come again', async (_, limits) => {
  const asked = Promise.withResolvers<void>()
  const durable = Promise.withResolvers<void>()
  const log = logThat(async () => {
    asked.resolve()
    await durable.promise
  })
  const { app } = ingestWith({ log, ...limits })
  const first = app.inject(post(plain()))
  await asked.promise
  const second = await app.inject(post(plain()))
  expect([second.statusCode, second.json().error, second.headers['retry-after']]).toEqual([
    503,
    'overloaded',
    '1',
  ])
  durable.resolve()
  expect((await first).statusCode).toBe(202)
  expect((await app.inject(post(plain()))).statusCode).toBe(202)
})

describe('readiness', () => {
  const failing = {
    name: 'kafka',
    error: 'kafka_unavailable',
    deadlineMs: 1000,
    check: () => Promise.reject(new Error('away')),
  }

  test('is not there without brokers, and the process lives on', async () => {
    const { app } = await ingestOnFiles({ checks: [failing] })
    const response = await app.inject({ url: '/ready' })
    expect([response.statusCode, response.json()]).toEqual([503, { ok: false, error: 'kafka_unavailable' }])
    for (const url of ['/live', '/health']) expect((await app.inject({ url })).json()).toEqual({ ok: true })
  })

  test('goes when the log fails for good, and comes back for another try', async () => {
    let now = Date.now()
    let failure: EventError | undefined = new EventError('segment_failed', 'disk')
    const log = logThat(async () => {
      if (failure) throw failure
    })
    const { app } = ingestWith({ log, clock: () => now })
    const status = async () => (await app.inject({ url: '/ready' })).statusCode
    const statuses = [await status()]
    await app.inject(post(plain()))
    statuses.push(await status())
    now += 30_000
    statuses.push(await status())
    await app.inject(post(plain()))
    statuses.push(await status())
    failure = undefined
    await app.inject(post(plain()))
    statuses.push(await status())
    expect(statuses).toEqual([200, 503, 200, 503, 200])
  })
})

describe('a trace', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const own = '00-11111111111111111111111111111111-2222222222222222-01'

  test('of a request goes into the log by its span, and that of an event as it is', async () => {
    const recorder = createSpanRecorder()
    const { tracer } = createTracing({ serviceName: 'ingest', processor: recorder.processor })
    const { app, records } = await ingestOnFiles({ tracer })
    const body = `[${plain()},${plain({ traceparent: own, baggage: 'a=1' })}]`
    await app.inject(post(body, { ...json, traceparent, baggage: 'user=7' }))
    await app.inject(post(plain({ traceparent: own })))
    const [server] = recorder.finished().filter(({ name }) => name === 'POST /events')
    const [produce] = recorder.finished().filter(({ name }) => name === 'kafka.produce')
    expect(produce).toMatchObject({
      parentSpanContext: { spanId: server?.spanContext().spanId },
      attributes: { 'kafka.topic': 'mcp.events', 'messaging.batch.message_count': 2 },
    })
    const inTrace = `00-0af7651916cd43dd8448eb211c80319c-${server?.spanContext().spanId}-01`
    expect((await records()).map(({ headers }) => [headers['traceparent'], headers['baggage']])).toEqual([
      [inTrace, 'user=7'],
      [own, 'a=1'],
      [own, undefined],
    ])
  })

  test('travels on where nothing is recorded', async () => {
    const { app, records } = await ingestOnFiles()
    await app.inject(post(plain(), { ...json, traceparent }))
    expect((await records())[0]?.headers['traceparent']).toBe(traceparent)
  })
})

test('what came and what became of it is counted', async () => {
  const metrics = createMetrics({ withProcess: false })
  const { app } = await ingestOnFiles({ metrics })
  await app.inject(post(`[${plain()},{},x]`))
  await app.inject(post(plain(), { 'content-type': 'application/json' }))
  await app.inject(post('"text"'))
  const text = await metrics.registry.metrics()
  for (const line of [
    'ingest_events_accepted_total 1',
    'ingest_events_rejected_total{code="missing_fields"} 1',
    'ingest_events_rejected_total{code="invalid_json"} 1',
    'ingest_events_rejected_total{code="invalid_fields"} 1',
    'ingest_requests_refused_total{code="unauthorized"} 1',
    'ingest_requests_refused_total{code="invalid_fields"} 1',
    'ingest_append_duration_seconds_count 1',
    'ingest_in_flight_requests 0',
    'ingest_in_flight_bytes 0',
  ])
    expect(text).toContain(line)
  expect(text).toMatch(/ingest_bytes_total [1-9]/)
})

test('each code is that of its problem', () => {
  for (const [code, problem] of Object.entries(ingestProblems)) expect(problem.code).toBe(code)
})
