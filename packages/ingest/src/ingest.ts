import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { eventBytesMax as codecBytesMax, createIds, type LogEntry } from '@mcp-sentinel/events'
import type { Authentication, Principal } from '@mcp-sentinel/identity'
import {
  type App,
  addHealthRoutes,
  createApp,
  createHealth,
  type HealthCheck,
  httpProblemOf,
  type Logger,
  type Metrics,
  ProblemError,
  type Tracer,
  traceHeadersOf,
  untraced,
} from '@mcp-sentinel/service'
import { createAccept, type Reception } from './accept.ts'
import { acceptBody, lineTypes } from './accept-body.ts'
import { type AppendLog, createAppend } from './append.ts'
import type { Authenticate } from './authenticate.ts'
import { createInFlight } from './in-flight.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import { ingestProblems, rejectedEvent, unauthorized } from './problems.ts'
import { readableTrace } from './trace.ts'

export interface IngestOptions {
  /** Is its caller's to close, after ingest. */
  readonly log: AppendLog
  readonly authenticate: Authenticate
  readonly logger: Logger
  readonly tracer?: Tracer | undefined
  readonly metrics?: Metrics | undefined
  /** What `/ready` looks at beside the last append, such as whether brokers can be reached. */
  readonly checks?: readonly HealthCheck[] | undefined
  /** Where the entries go, for spans. */
  readonly topic?: string | undefined
  readonly eventBytesMax?: number | undefined
  readonly batchBytesMax?: number | undefined
  readonly batchEventsMax?: number | undefined
  readonly inFlightRequestsMax?: number | undefined
  readonly inFlightBytesMax?: number | undefined
  readonly appendTimeoutMs?: number | undefined
  /** JSON Pointers of what is taken out of payloads that no chain authenticates. */
  readonly redactPointers?: readonly string[] | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

export interface Ingest {
  /** Not listening yet. */
  readonly app: App
  /** Answers what is under way. */
  readonly close: () => Promise<void>
}

const principalKey = 'principal'
/** What an issuer may call a caller is not bounded; what names it in a header is. */
const keyIdCharsMax = 512

/** `POST /events`: one event, a JSON array of them, or one a line. What it acknowledges is durable in the log. */
export const createIngest = (options: IngestOptions): Ingest => {
  const { authenticate, logger, metrics, tracer = untraced.tracer, checks = [], clock = Date.now } = options
  const { eventBytesMax = codecBytesMax, batchBytesMax = 8 * 1024 ** 2, batchEventsMax = 20_000 } = options
  const { inFlightRequestsMax = 1000, inFlightBytesMax = 32 * 1024 ** 2 } = options
  const { log, topic = 'mcp.events', appendTimeoutMs = 10_000, redactPointers = [] } = options
  const inFlight = createInFlight({ requestsMax: inFlightRequestsMax, bytesMax: inFlightBytesMax })
  const counters = createIngestMetrics(metrics, inFlight)
  const { append, check } = createAppend({
    log,
    tracer,
    metrics: counters,
    topic,
    timeoutMs: appendTimeoutMs,
    clock,
  })
  const acceptOptions = { redactPointers, ids: createIds(clock), eventBytesMax }
  const app = createApp({ log: logger, tracer, metrics, bodyBytesMax: batchBytesMax })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', ...lineTypes],
    { parseAs: 'buffer' },
    (_, body: Buffer, done) => done(null, body),
  )
  app.addHook('onError', (_, __, error, done) => {
    counters.refused(httpProblemOf(error).code)
    done()
  })
  app.decorateRequest(principalKey, null)
  addHealthRoutes(
    app,
    createHealth({
      checks: [...checks, check],
      report: (name, failure) =>
        failure === undefined
          ? logger.info(`${name} holds again`)
          : logger.warn({ err: failure }, `${name} fails`),
    }),
  )

  let last = { receivedAtMs: Number.NaN, receivedAt: '' }
  /** The requests of one millisecond share its text. */
  const received = () => {
    const now = clock()
    if (now !== last.receivedAtMs) last = { receivedAtMs: now, receivedAt: new Date(now).toISOString() }
    return last
  }

  const enterInFlight = (contentLength: string | undefined, response: ServerResponse) => {
    const announced = Number(contentLength ?? batchBytesMax)
    const leave = inFlight.enter(Math.min(announced, batchBytesMax))
    if (leave === undefined) return new ProblemError(ingestProblems.overloaded)
    response.once('close', leave)
    return undefined
  }

  const appendAll = async (entries: readonly LogEntry[], parent: Parameters<typeof append>[1]) => {
    await append(entries, parent)
    counters.accepted(
      entries.length,
      entries.reduce((sum, { value }) => sum + value.length, 0),
    )
  }

  app.post(
    '/events',
    {
      // Before a byte of the body is read: what is not allowed, or has no room, stays with its sender.
      onRequest: (request, reply, done) => {
        const enter = (authentication: Authentication): void => {
          const refusal =
            refusalOf(authentication) ?? enterInFlight(request.headers['content-length'], reply.raw)
          if (authentication.ok) request.setDecorator<Principal>(principalKey, authentication.principal)
          done(refusal)
        }
        const { 'x-api-key': apiKey, authorization } = request.headers
        const authentication = authenticate({ apiKey: [apiKey].flat()[0], authorization })
        if (authentication instanceof Promise) authentication.then(enter, done)
        else enter(authentication)
      },
    },
    async (request, reply) => {
      const { body, traceContext } = request
      if (!Buffer.isBuffer(body)) throw new ProblemError(ingestProblems.invalid_json)
      const principal = request.getDecorator<Principal>(principalKey)
      const accept = createAccept(acceptOptions, {
        ...received(),
        principal,
        keyId: keyIdOf(principal),
        trace: readableTrace(traceHeadersOf(traceContext)) ?? {},
      })
      const accepted = acceptBody(body, {
        contentType: request.headers['content-type'] ?? '',
        batchEventsMax,
        accept,
      })
      reply.code(202)
      switch (accepted.kind) {
        case 'unreadable':
          throw new ProblemError(unreadable[accepted.fault])
        case 'single': {
          const { acceptance } = accepted
          if (!acceptance.ok) {
            counters.rejected(acceptance.rejection.code)
            throw rejectedEvent(acceptance.rejection)
          }
          await appendAll([acceptance.entry], traceContext)
          return { ok: true }
        }
        case 'batch': {
          const { entries, rejected } = accepted
          for (const { error } of rejected) counters.rejected(error.code)
          await appendAll(entries, traceContext)
          return { ok: true, accepted: entries.length, rejected }
        }
      }
    },
  )
  return { app, close: () => app.close() }
}

const refusalOf = (authentication: Authentication): ProblemError | undefined => {
  if (authentication.ok) return undefined
  if (authentication.code === 'provider_unavailable')
    return new ProblemError(ingestProblems.provider_unavailable)
  return unauthorized(authentication.code === 'invalid_credential')
}

const keyIdOf = ({ keyId }: Principal): Reception['keyId'] =>
  keyId.length <= keyIdCharsMax ? keyId : `sha256-${hash('sha256', keyId)}`

const unreadable = { invalid_json: ingestProblems.invalid_json, too_many: ingestProblems.too_large }
