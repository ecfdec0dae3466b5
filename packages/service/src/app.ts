import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Context, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import { createAllowedMethods } from './allowed-methods.ts'
import { createFailureLog, type LogFailure } from './failure-log.ts'
import { httpProblemOf, shellProblems, socketProblemOf } from './http-problem.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type Problem, ProblemError, problemBody } from './problem.ts'
import { failSpan, startSpan } from './span.ts'
import { contextOf } from './trace-context.ts'
import { untraced } from './tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Holds the span of the request, to be the parent of what its handler does. */
    traceContext: Context
  }
}

export type App = FastifyInstance

export interface AppOptions {
  readonly log: Logger
  readonly tracer?: Tracer | undefined
  readonly metrics?: Metrics | undefined
  readonly bodyBytesMax?: number | undefined
  /** Until the headers of a request are there. */
  readonly headersTimeoutMs?: number | undefined
  /** Until all of a request is there. */
  readonly requestTimeoutMs?: number | undefined
  /** Of a connection on which nothing is under way. */
  readonly keepAliveTimeoutMs?: number | undefined
  /** Of a connection on which something is under way and nothing moves. */
  readonly connectionTimeoutMs?: number | undefined
}

/** An answer of an API is data: no browser is to guess what it is, to frame it, or to keep it. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

/** What is kept of the id by which a client calls its request. */
const clientIdCharsMax = 128
/** Deadlines of connections are looked at this often. */
const connectionsCheckingInterval = 1_000
/** nginx's number for a client that went away before it was answered. */
const clientWentAway = 499

/** The shell of every service: ids, problems, spans, metrics, limits and a close that answers what it has begun. */
export const createApp = (options: AppOptions): App => {
  const { log, tracer = untraced.tracer, metrics, bodyBytesMax = 1024 * 1024 } = options
  const { headersTimeoutMs = 5_000, requestTimeoutMs = 15_000 } = options
  const { keepAliveTimeoutMs = 60_000, connectionTimeoutMs = 60_000 } = options
  const logFailure = createFailureLog(Date.now)
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    // An id that a client chose could be that of somebody else's request.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionTimeout: connectionTimeoutMs,
    http: { connectionsCheckingInterval, headersTimeout: headersTimeoutMs },
    // Refused below, in the shape of every other problem.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answer(error, request, reply, logFailure),
    clientErrorHandler: (error, socket) => answerSocket(error.code, socket, log),
  })
  const allowed = createAllowedMethods()
  let isClosing = false

  app.decorateRequest('traceContext')
  app.addHook('onRoute', ({ url, method }) => allowed.add(url, method))
  app.addHook('preClose', async () => {
    isClosing = true
  })

  app.addHook('onRequest', (request, reply, done) => {
    const context = observe(request, reply, { tracer, metrics })
    request.traceContext = context
    reply.headers(securityHeaders)
    reply.header('x-request-id', request.id)
    if (isClosing) done(new ProblemError(shellProblems.shutting_down))
    else if (request.is404) done(new ProblemError(unserved(allowed.at(pathOf(request.url)))))
    else done()
  })
  app.addHook('onSend', (_, reply, payload, done) => {
    // A connection that is kept would hold up the close until it times out.
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error, request, reply) => answer(error, request, reply, logFailure))
  return app
}

interface Observers {
  readonly tracer: Tracer
  readonly metrics: Metrics | undefined
}

/** One span, one observation and one line a request, when it is over, whoever ended it. */
const observe = (request: FastifyRequest, reply: FastifyReply, { tracer, metrics }: Observers): Context => {
  const { method } = request
  const route = request.is404 ? undefined : request.routeOptions.url
  const { span, context } = startSpan(tracer, {
    name: route === undefined ? method : `${method} ${route}`,
    kind: 'server',
    parent: contextOf(request.headers),
  })
  reply.raw.once('close', () => {
    const status = reply.raw.writableEnded ? reply.statusCode : clientWentAway
    const durationMs = reply.elapsedTime
    if (span.isRecording()) {
      span.setAttributes({ 'http.request.method': method, 'http.response.status_code': status })
      if (route !== undefined) span.setAttribute('http.route', route)
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
    metrics?.observeRequest({ method, route, status, durationS: durationMs / 1000 })
    request.log.debug({ method, route, status, duration_ms: durationMs, ...clientIdOf(request) }, 'answered')
  })
  return context
}

const clientIdOf = ({ headers }: FastifyRequest): object => {
  const id = headers['x-request-id']
  return typeof id === 'string' ? { client_request_id: id.slice(0, clientIdCharsMax) } : {}
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url

const unserved = (methods: readonly string[]): Problem =>
  methods.length === 0
    ? shellProblems.not_found
    : { ...shellProblems.method_not_allowed, headers: { allow: methods.join(', ') } }

const answer = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logFailure: LogFailure,
): void => {
  const problem = httpProblemOf(error)
  if (problem.status >= 500) {
    logFailure(request.log, error, problem)
    // Fastify meets some faults before any hook has run.
    const span = trace.getSpan(request.traceContext ?? ROOT_CONTEXT)
    if (span?.isRecording()) failSpan(span, error)
  }
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS))
  if (problem.headers !== undefined) reply.headers(problem.headers)
  void reply.code(problem.status).send(problemBody(problem, request.id))
}

/** Bytes that are no request reach no route: the answer is written by hand. */
const answerSocket = (code: string | undefined, socket: Socket, log: Logger): void => {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = socketProblemOf(code)
  const requestId = randomUUID()
  log.debug({ request_id: requestId, code }, 'a request could not be read')
  const body = JSON.stringify(problemBody(problem, requestId))
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.code}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
