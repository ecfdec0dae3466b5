import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RenderedPolicy } from './render/finished.ts'
import type { RenderedPolicies } from './rendered-policies.ts'
import { idOf } from './server-index.ts'
import type { ObjectKey } from './store.ts'
import { createNewestStream, type NewestStream } from './stream/newest.ts'

export interface PolicyStreamOptions {
  readonly policies: Pick<RenderedPolicies, 'subscribe'>
  /** Which server a bearer token speaks for, if any. Asked again for as long as a stream is open. */
  readonly verify: (token: string) => ObjectKey | undefined | Promise<ObjectKey | undefined>
  /** Between two comments, and two looks at the token. */
  readonly keepAliveMs?: number | undefined
  readonly streamsPerServerMax?: number | undefined
}

export interface PolicyStream {
  /** False where the path is not `/policy/{namespace}/{server}`: then it is somebody else's request. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly close: () => void
}

/** Why a stream is refused. Public: codes are added, never changed. */
const refusals = {
  method_not_allowed: [405, 'a policy is streamed to GET'],
  unauthorized: [401, 'a bearer token of the server is needed'],
  forbidden: [403, 'the token speaks for another server'],
  too_many_streams: [503, 'this server has as many streams as it may'],
  verifier_unavailable: [503, 'nobody can tell now whether the token is good'],
} as const

const pathPattern = /^\/policy\/([a-z0-9-]{1,63})\/([a-z0-9-]{1,63})(?:\?.*)?$/

/**
 * `GET /policy/{namespace}/{server}`: the policy of a server as an event stream, to who has its token. Events `policy`,
 * their id the revision and their data the document; a stream begins with the policy, or, for whom `Last-Event-ID`
 * says that they have it, with a comment.
 */
export const createPolicyStream = (options: PolicyStreamOptions): PolicyStream => {
  const { policies, verify, keepAliveMs = 15_000, streamsPerServerMax = 256 } = options
  const open = new Map<string, Set<NewestStream>>()
  /** Streams of one server send the same bytes. */
  const encoded = new WeakMap<RenderedPolicy, Buffer>()

  const eventOf = (policy: RenderedPolicy): Buffer => {
    const known = encoded.get(policy)
    if (known !== undefined) return known
    const { document } = policy
    const text = `event: policy\nid: ${document.revision}\ndata: ${JSON.stringify(document)}\n\n`
    const event = Buffer.from(text)
    encoded.set(policy, event)
    return event
  }

  const refusalOf = async (
    { method, headers }: IncomingMessage,
    server: ObjectKey,
  ): Promise<keyof typeof refusals | undefined> => {
    if (method !== 'GET') return 'method_not_allowed'
    const token = tokenOf(headers.authorization)
    if (token === undefined) return 'unauthorized'
    try {
      const speaksFor = await verify(token)
      if (speaksFor === undefined) return 'unauthorized'
      return idOf(speaksFor) === idOf(server) ? undefined : 'forbidden'
    } catch {
      return 'verifier_unavailable'
    }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse, server: ObjectKey) => {
    const refusal = await refusalOf(request, server)
    if (response.destroyed) return
    if (refusal !== undefined) return refuse(response, refusal)
    if ((open.get(idOf(server))?.size ?? 0) >= streamsPerServerMax)
      return refuse(response, 'too_many_streams')
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()
    begin(request, response, server)
  }

  const begin = (request: IncomingMessage, response: ServerResponse, server: ObjectKey): void => {
    const stream = createNewestStream(response)
    let known = request.headers['last-event-id']
    const leave = policies.subscribe(server, ({ policy }) => {
      if (policy.document.revision === known) stream.keepAlive()
      else stream.send(eventOf(policy))
      known = undefined
    })
    const streams = open.get(idOf(server)) ?? new Set()
    open.set(idOf(server), streams.add(stream))
    const keeping = setInterval(() => {
      stream.keepAlive()
      // Only a plain no ends it: a verifier that is away must not keep a revocation from who was let in before.
      void refusalOf(request, server).then((refusal) => {
        if (refusal === 'unauthorized' || refusal === 'forbidden') stream.end()
      })
    }, keepAliveMs).unref()
    response.on('close', () => {
      clearInterval(keeping)
      leave()
      streams.delete(stream)
      if (streams.size === 0) open.delete(idOf(server))
    })
  }

  return {
    handle: (request, response) => {
      const [, namespace, name] = pathPattern.exec(request.url ?? '') ?? []
      if (namespace === undefined || name === undefined) return false
      void answer(request, response, { namespace, name })
      return true
    },
    close: () => {
      for (const streams of open.values()) for (const stream of streams) stream.end()
    },
  }
}

const tokenOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]

const refuse = (response: ServerResponse, error: keyof typeof refusals): void => {
  const [status, message] = refusals[error]
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'GET' } : {}),
  })
  response.end(JSON.stringify({ error, message }))
}
