import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope, type LogEntry, verifyChains } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import { createApiKeys } from '@mcp-sentinel/identity'
import { type AppendLog, createAuthenticate, createIngest, type IngestOptions } from '@mcp-sentinel/ingest'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { createLogger } from '@mcp-sentinel/service'
import { expect, onTestFinished, test, vi } from 'vitest'
import { config, durabilityOf } from './config.ts'
import { openRecorder } from './open-recorder.ts'

const key = 'a-key-that-nobody-guesses'
const logger = createLogger({ service: 'durability-test', level: 'silent' })
const policy: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'mcp-servers' },
  policy: { denial: 'http' },
  tools: ['refund', 'list'].map((name) => ({ name, side_effect: 'read' as const })),
  grants: [
    {
      name: 'ops',
      agent_id: 'ops',
      allowed_side_effects: ['read'],
      tool_rules: [{ name: 'refund', audit: 'required' }, { name: 'list' }],
    },
  ],
}

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'durability-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

interface Told {
  readonly type: string
  readonly payload: string
  readonly decision: string
  readonly id: string
}

/** Ingest over the files of one machine, whose log a test can have fail; and what a reader finds there. */
const startIngest = async (options: Partial<IngestOptions> = {}) => {
  const files = await createSegmentLog({ directory: await folder() })
  let instead: AppendLog['append'] | undefined
  const log: AppendLog = {
    append: (entries: readonly LogEntry[]) => (instead ?? files.append)(entries),
  }
  const authenticate = createAuthenticate({ apiKeys: createApiKeys([key]) })
  const ingest = createIngest({ log, authenticate, logger, ...options })
  const origin = await ingest.app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await ingest.close()
    await files.close()
  })
  const events = async (): Promise<readonly Told[]> => {
    const consumer = await files.consume(`reader-${performance.now()}`)
    const claim = await consumer.nextClaim()
    const limits = { recordsMax: 1000, bytesMax: 1024 ** 3, signal: AbortSignal.abort() }
    const read = (await claim?.read(0, limits)) ?? []
    await consumer.close()
    return read.map(({ value }) => {
      const decoding = decodeEnvelope(value)
      if (!decoding.ok) throw new Error(decoding.rejection.message)
      const { event_type: type, payload } = decoding.decoded.envelope
      const { decision = '', reason = '', decision_id: id = '', outcome = '' } = JSON.parse(payload)
      return { type, payload, decision: [decision, reason, outcome].filter(Boolean).join(' '), id }
    })
  }
  return {
    url: `${origin}/events`,
    events,
    becomes: (next: AppendLog['append'] | undefined) => {
      instead = next
    },
    close: ingest.close,
  }
}

/** The recorder as the settings of a sidecar make it, behind a guard; and what becomes of a call. */
const startGuard = async (env: Record<string, string>) => {
  const settings = config.parse({
    HOST: '127.0.0.1',
    MCP_SERVER_NAME: 'payments',
    MCP_SERVER_NAMESPACE: 'mcp-servers',
    ANALYTICS_API_KEY: key,
    SPOOL_DIRECTORY: await folder(),
    ...env,
  })
  const { recorder, spool } = await openRecorder(settings, logger)
  const gateway = await createGateway({
    policy: staticPolicy(policy),
    identify: () => ({ ok: true, caller: { agent: 'ops' } }),
    record: recorder,
  })
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await gateway.close()
    await spool?.close()
  }
  onTestFinished(close)
  const call = async (name: string, onPass: () => unknown = () => {}, path = '/mcp'): Promise<string> => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }
    const admission = await gateway.admit({
      method: 'POST',
      path,
      header: (header) => (header === 'content-type' ? 'application/json' : undefined),
      body: { kind: 'bytes', bytes: Buffer.from(JSON.stringify(message)) },
    })
    if (admission.kind === 'refused')
      return `${admission.answer.status} ${admission.answer.headers['x-mcp-denial-reason']}`
    await onPass()
    admission.close({ status: 200, bytesOut: 2, outcome: 'closed' })
    return 'passed'
  }
  return { call, close, drain: () => spool?.drain(20_000), settings }
}

const inLog = (url: string, more: Record<string, string> = {}) => ({
  ANALYTICS_INGEST_URL: url,
  SPOOL_DURABILITY: 'log',
  SPOOL_ACK_TIMEOUT: '10s',
  ...more,
})
const requests = (events: readonly Told[]): readonly string[] =>
  events.filter(({ type }) => type === 'mcp.request').map(({ decision }) => decision)

test('with `log` a call goes on when the log behind ingest has it, and is told of once when it has ended', async () => {
  const ingest = await startIngest()
  const guard = await startGuard(inLog(ingest.url))
  let known: readonly Told[] = []
  const outcome = await guard.call('refund', async () => {
    known = await ingest.events()
  })
  expect(outcome).toBe('passed')
  expect(known.map(({ type }) => type)).toEqual(['mcp.chain.start', 'mcp.request.open'])
  expect(await guard.drain()).toBe(true)
  const events = await ingest.events()
  expect(requests(events)).toEqual(['allow allowed closed'])
  expect(events.at(-1)?.id).toBe(known[1]?.id)
  expect(
    verifyChains(
      events.map(({ payload }) => payload),
      { keys: new Map() },
    ).breaks,
  ).toEqual([])
})

const never = () => new Promise<never>(() => {})
test.each<[string, Partial<IngestOptions>, AppendLog['append']]>([
  ['has a log that fails (500 or 503)', {}, () => Promise.reject(new Error('the disk is on fire'))],
  ['is slower than that', { appendTimeoutMs: 60_000 }, never],
])(
  'with `log` a call is refused in time, and that is recorded, when ingest %s',
  async (_, options, fails) => {
    const ingest = await startIngest(options)
    const guard = await startGuard(inLog(ingest.url, { SPOOL_ACK_TIMEOUT: '100ms' }))
    ingest.becomes(fails)
    const upstream = vi.fn()
    expect(await guard.call('refund', upstream)).toBe('503 audit_unavailable')
    expect(upstream).not.toHaveBeenCalled()
  },
)

test('with `log` a call is refused where nobody listens, and it is told to whoever comes', async () => {
  const directory = await folder()
  const away = { ANALYTICS_INGEST_URL: 'http://127.0.0.1:1/events', SPOOL_ACK_TIMEOUT: '100ms' }
  const guard = await startGuard(inLog('', { ...away, SPOOL_DIRECTORY: directory }))
  expect(await guard.call('refund')).toBe('503 audit_unavailable')
  await guard.close()
  const ingest = await startIngest()
  const next = await startGuard(inLog(ingest.url, { SPOOL_DIRECTORY: directory }))
  expect(await next.drain()).toBe(true)
  expect(requests(await ingest.events())).toEqual(['deny audit_unavailable closed'])
})

test('with `log` a call is refused while ingest is not there, and goes on when it is, with the refusal told before it', async () => {
  const ingest = await startIngest()
  const guard = await startGuard(inLog(ingest.url, { SPOOL_ACK_TIMEOUT: '100ms' }))
  ingest.becomes(() => Promise.reject(new Error('away')))
  const refused = ['503 audit_unavailable', '503 audit_unavailable']
  expect(await Promise.all([guard.call('refund'), guard.call('refund')])).toEqual(refused)
  // What nobody asked to be certain of does not wait.
  expect(await guard.call('list')).toBe('passed')
  ingest.becomes(undefined)
  await vi.waitFor(async () => expect(await guard.call('refund')).toBe('passed'), { timeout: 15_000 })
  expect(await guard.drain()).toBe(true)
  const told = requests(await ingest.events())
  expect(told.slice(0, 3).sort()).toEqual([
    'allow allowed closed',
    'deny audit_unavailable closed',
    'deny audit_unavailable closed',
  ])
  expect(told.at(-1)).toBe('allow allowed closed')
})

test('with `log` a call that ingest refuses for good does not go on; others do', async () => {
  const ingest = await startIngest({ eventBytesMax: 4096 })
  const guard = await startGuard(inLog(ingest.url))
  const [large, small] = await Promise.all([
    guard.call('refund', undefined, `/${'x'.repeat(8192)}`),
    guard.call('refund'),
  ])
  expect([large, small]).toEqual(['503 audit_unavailable', 'passed'])
})

test('with `log` a gateway that dies after a call went on tells of it at its next start', async () => {
  const ingest = await startIngest()
  const env = inLog(ingest.url, { SPOOL_DIRECTORY: await folder() })
  const guard = await startGuard(env)
  // The spool ends before the call does, as it would with its process.
  await guard.call('refund', guard.close)
  const next = await startGuard(env)
  expect(await next.drain()).toBe(true)
  expect(requests(await ingest.events())).toEqual(['allow allowed unknown'])
})

test.each(['process', 'node'])('with `%s` the disk is enough: ingest may be away', async (durability) => {
  const guard = await startGuard({
    ANALYTICS_INGEST_URL: 'http://127.0.0.1:1/events',
    SPOOL_DURABILITY: durability,
  })
  expect(await guard.call('refund')).toBe('passed')
  expect(durabilityOf(guard.settings)).toBe(durability)
})

test.each<[string, Record<string, string>, string]>([
  ['node', { SPOOL_DURABILITY: 'node' }, 'SPOOL_DURABILITY: is node, and SPOOL_DIRECTORY is not set'],
  [
    'log',
    { SPOOL_DURABILITY: 'log', SPOOL_DIRECTORY: '/spool' },
    'SPOOL_DURABILITY: is log, and ANALYTICS_INGEST_URL is not set',
  ],
  [
    'a time to wait for nobody',
    { ANALYTICS_INGEST_URL: 'http://ingest/events', SPOOL_ACK_TIMEOUT: '1s' },
    'SPOOL_ACK_TIMEOUT: counts for SPOOL_DURABILITY=log only',
  ],
  ['a word of its own', { SPOOL_DURABILITY: 'forever' }, 'SPOOL_DURABILITY: '],
])('it does not start with %s where that promises nothing', (_, env, why) =>
  expect(() => config.parse({ HOST: '127.0.0.1', ...env })).toThrow(why),
)

test('without records nothing is promised', () =>
  expect(durabilityOf(config.parse({ HOST: '127.0.0.1' }))).toBe('none'))
