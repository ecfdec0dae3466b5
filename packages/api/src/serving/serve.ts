import type { Endpoint } from '@mcp-sentinel/contract'
import type { App } from '@mcp-sentinel/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accountProblemOf } from '../account-problems.ts'
import type { Actor } from '../accounts/context.ts'
import { type Authenticate, anonymous, type Caller, type Presented } from '../caller.ts'
import { forbidden, permit } from '../permit.ts'
import { challengedBy, problem, unauthorized } from '../problems.ts'
import { resourceProblemOf } from '../resource-problems.ts'
import { storeProblemOf } from '../store-problems.ts'
import { workloadProblemOf } from '../workload-problems.ts'
import { sendEvents } from './event-stream.ts'
import type { PlaceOf } from './place.ts'
import { noQuery, read, typedQuery } from './read.ts'
import { type Call, nobodys, type Route, type Sent } from './route.ts'

export interface ServeOptions {
  readonly authenticate: Authenticate
  /** Of the client, as the proxies that are trusted tell it. */
  readonly placeOf: PlaceOf
  /** Aborts when the API ends: streams end with it. */
  readonly ending: AbortSignal
}

/** Where the endpoints of the contract are served, each way the same. */
export const prefixes = ['/api', '/api/v1']
const callerKey = 'caller'

/** Serves groups of endpoints: each request is recognised, read, authorised, answered. */
export const createServe = (app: App, options: ServeOptions) => {
  app.decorateRequest(callerKey, null)
  return (endpoints: Readonly<Record<string, Endpoint>>, routes: Readonly<Record<string, unknown>>): void => {
    // What is read by the schemas of an endpoint is what its route takes.
    for (const [name, endpoint] of Object.entries(endpoints))
      serveOne(app, endpoint, routes[name] as Route<Endpoint>, options)
  }
}

const serveOne = (app: App, endpoint: Endpoint, route: Route<Endpoint>, options: ServeOptions): void => {
  const { method, path, status = 200, bodyBytesMax = 64 * 1024 } = endpoint
  for (const prefix of prefixes)
    app.route({
      method,
      url: `${prefix}${path.replace(/\{(\w+)\}/g, ':$1')}`,
      bodyLimit: bodyBytesMax,
      // Before a byte of the body is read: what is not allowed stays with its sender.
      onRequest: async (request) => {
        try {
          const caller = await options.authenticate(presentedBy(request, route, options))
          admit(endpoint, caller)
          request.setDecorator<Caller>(callerKey, caller)
        } catch (error) {
          throw toldOf(error, route)
        }
      },
      handler: async (request, reply) => {
        const call = callOf(endpoint, route, request, reply, options)
        const answer = await answerOf(route, call)
        if (endpoint.events === undefined) return reply.code(status).send(answer)
        reply.hijack()
        reply.raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream' } as never)
        return sendEvents(reply.raw, answer as unknown as AsyncIterable<Sent>, call.signal)
      },
    })
}

const admit = ({ access }: Endpoint, { role, user }: Caller): void => {
  if (access === 'open') return
  if (role === 'anonymous') throw unauthorized()
  if (access === 'admin' && role !== 'admin') throw forbidden()
  if (access === 'person' && user === undefined)
    throw problem('forbidden', 'this belongs to a person, and the key that was presented does not')
}

const answerOf = async (route: Route<Endpoint>, call: Call<Endpoint>) => {
  const { action, on, handle } = route
  try {
    const standing = (await on?.(call)) ?? nobodys
    permit(call.caller, typeof action === 'function' ? action(call) : action, standing)
    return await handle(call)
  } catch (error) {
    throw toldOf(error, route)
  }
}

/** What the client is told of what an engine threw. */
const toldOf = (error: unknown, { basicRealm }: Route<Endpoint>): unknown => {
  const told =
    accountProblemOf(error) ??
    resourceProblemOf(error) ??
    storeProblemOf(error) ??
    workloadProblemOf(error) ??
    error
  return basicRealm === undefined ? told : challengedBy(told, `Basic realm="${basicRealm}", charset="UTF-8"`)
}

const presentedBy = (
  request: FastifyRequest,
  { basicRealm }: Route<Endpoint>,
  { placeOf }: ServeOptions,
): Presented => {
  const { headers, method } = request
  const { address, host } = placeOf(arrivedBy(request))
  return {
    apiKey: [headers['x-api-key']].flat()[0],
    authorization: headers.authorization,
    cookie: headers.cookie,
    takesBasic: basicRealm !== undefined,
    method,
    origin: headers.origin,
    fetchSite: [headers['sec-fetch-site']].flat()[0],
    host,
    actor: { requestId: request.id, address, userAgent: headers['user-agent'] },
  }
}

const arrivedBy = ({ headers, socket }: FastifyRequest) => ({ headers, peer: socket.remoteAddress })

const callOf = (
  { params, query, body }: Endpoint,
  route: Route<Endpoint>,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServeOptions,
): Call<Endpoint> => {
  const caller = request.getDecorator<Caller | null>(callerKey) ?? anonymous
  const place = options.placeOf(arrivedBy(request))
  const actor: Actor = {
    requestId: request.id,
    userId: caller.user?.id,
    address: place.address,
    identity: caller.user === undefined ? caller.keyId || caller.identity : caller.identity,
    userAgent: request.headers['user-agent'],
  }
  const asked = request.query as Readonly<Record<string, unknown>>
  return {
    params: read(params, request.params, 'path') as never,
    query: read(query ?? noQuery, typedQuery(query, asked), 'query') as never,
    body: read(body, request.body ?? undefined, 'body') as never,
    caller,
    actor,
    method: request.method,
    headers: request.headers,
    reauthenticate: () => options.authenticate(presentedBy(request, route, options)),
    place,
    signal: AbortSignal.any([options.ending, goneOf(reply)]),
    setHeader: (name, value) => void reply.header(name, value),
  }
}

/** Aborts when the client went away before it was answered. */
const goneOf = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort()
  })
  return controller.signal
}
