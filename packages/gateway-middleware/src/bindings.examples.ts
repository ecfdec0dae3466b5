import { createServer } from 'node:http'
import { InMemoryTransport } from '@modelcontextprotocol/client'
import fastify from 'fastify'
import { Hono } from 'hono'
import { answerV1 as answer, createV2Server, handler } from './payments-servers.examples.ts'
import { gateway, policyFile } from './quickstart.examples.ts'

const [clientEnd, transport] = InMemoryTransport.createLinkedPair()
const peerOf = () => '127.0.0.1'
const records: unknown[] = []

//#region fetch
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'

const guarded = guardFetch(gateway, handler.fetch, { peerOf }) // (Request) => Response: SDK v2, Workers, Deno, Bun

//#endregion

//#region node
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'

const server = createServer(guardNode(gateway, (req, res) => answer(req, res, req.body)))

//#endregion

//#region fastify
import { guardFastify } from '@mcp-sentinel/gateway-middleware/bind/fastify'

const fast = fastify()
fast.all('/mcp', { preHandler: guardFastify(gateway) }, (request, reply) => {
  reply.hijack()
  return answer(request.raw, reply.raw, request.body)
})

//#endregion

//#region hono
import { guardHono } from '@mcp-sentinel/gateway-middleware/bind/hono'

const hono = new Hono()
hono.all('/mcp', guardHono(gateway, { peerOf }), (context) => handler.fetch(context.req.raw))

//#endregion

//#region transport
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { guardTransport } from '@mcp-sentinel/gateway-middleware/bind/transport'

const ofOneUser = await createGateway({
  policy: filePolicy(policyFile),
  identify: () => ({ ok: true, caller: { agent: 'support-bot' } }), // there are no headers: say who starts it
  record: (record) => records.push(record), // standard output is the protocol's own
})
await createV2Server().connect(guardTransport(ofOneUser, transport)) // new StdioServerTransport()

//#endregion

export { clientEnd, fast, guarded, hono, ofOneUser, server }
