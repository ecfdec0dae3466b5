import replyFrom from '@fastify/reply-from'
import { type App, ProblemError } from '@mcp-sentinel/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { onward } from './onward.ts'

export interface ProxyOptions {
  /** Of the API, without a path. */
  readonly upstream: string
}

/** Where a browser asks for its session, and where the API answers that. */
const renamed = {
  'POST /auth/login': '/api/auth/session',
  'POST /auth/logout': '/api/auth/logout',
}

const apiUnavailable = new ProblemError({
  status: 502,
  code: 'api_unavailable',
  message: 'the API behind this dashboard does not answer',
})

/** `/api/*` and the sessions of browsers: all is the API's to decide, nothing is decided here. */
export const serveProxy = async (app: App, { upstream }: ProxyOptions): Promise<void> => {
  await app.register(replyFrom, {
    base: upstream,
    disableRequestLogging: true,
    undici: { headersTimeout: 30_000, bodyTimeout: 0 },
  })
  // Bodies go on as they came.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_, payload, done) => done(null, payload))

  const pass = (request: FastifyRequest, reply: FastifyReply, path: string) =>
    reply.from(path, {
      rewriteRequestHeaders: (_, headers) => onward(request, headers),
      onError: (given) => void given.send(apiUnavailable),
    })

  app.all('/api/*', (request, reply) => pass(request, reply, request.url))
  for (const [from, to] of Object.entries(renamed)) {
    const [method = '', url = ''] = from.split(' ')
    app.route({ method, url, handler: (request, reply) => pass(request, reply, to) })
  }

  const whoAsks = async (request: FastifyRequest): Promise<Who | undefined> => {
    const { cookie, authorization, 'x-api-key': key } = request.headers
    const presented = { cookie, authorization, 'x-api-key': key?.toString(), host: request.headers.host }
    const answer = await fetch(new URL('/api/auth/me', upstream), {
      headers: onward(request, Object.fromEntries(Object.entries(presented).filter(([, value]) => value))),
      signal: AbortSignal.timeout(askTimeoutMs),
    }).catch(() => undefined)
    if (answer?.status === 401) return undefined
    if (!answer?.ok) throw apiUnavailable
    return (await answer.json()) as Who
  }
  // Nobody being signed in is an answer here, and no failure.
  app.get('/auth/status', async (request) => (await whoAsks(request)) ?? { authenticated: false })
  // What stands before pages of others, such as Grafana, asks this for each of them.
  app.get('/auth/admin-check', async (request, reply) => {
    const isAdmin = (await whoAsks(request))?.principal?.role === 'admin'
    return reply.code(isAdmin ? 204 : 401).send()
  })
}

const askTimeoutMs = 5_000

interface Who {
  readonly principal?: { readonly role?: string }
}
