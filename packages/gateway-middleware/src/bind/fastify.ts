import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gateway } from '../gateway.ts'
import { admitNode, type GuardedRequest } from './node.ts'
import { watchResponse } from './node-response.ts'

/** What is used of Fastify's request and reply. */
interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly body: unknown
}
interface FastifyReply {
  readonly raw: ServerResponse
  readonly hijack: () => unknown
}

/**
 * Guards the routes that have it as their `preHandler`, which runs when Fastify has parsed the body: the handler finds
 * what was judged in `request.body`.
 */
export const guardFastify =
  (gateway: Gateway) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const raw: GuardedRequest = request.raw
    if (request.body !== undefined) raw.body = request.body
    const admitted = await admitNode(gateway, raw, reply.raw)
    if (admitted === undefined) return reply.hijack()
    watchResponse(reply.raw, admitted.passed)
    return undefined
  }
