import { createGateway, type Gateway } from '@mcp-sentinel/gateway-middleware'
import { guardFastify } from '@mcp-sentinel/gateway-middleware/bind/fastify'
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'
import { guardHono } from '@mcp-sentinel/gateway-middleware/bind/hono'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { everything } from './everything.ts'
import type { Target } from './target.ts'

/** Where the fixtures are; a `Request` does not say it. */
const onLoopback = { peerOf: () => '127.0.0.1' }

/** Each binding, as its framework's users would have it. */
export const inProcessWith = (gateway: Gateway): readonly Target[] => [
  { name: 'in process, fetch', guards: { fetch: (next) => guardFetch(gateway, next, onLoopback) } },
  {
    name: 'in process, Hono',
    guards: {
      fetch: (next) => {
        const app = new Hono()
        app.use('/mcp', guardHono(gateway, onLoopback))
        app.all('/mcp', (context) => next(context.req.raw))
        return async (request) => app.fetch(request)
      },
    },
  },
  {
    name: 'in process, node:http',
    guards: { node: (next) => guardNode(gateway, (req, res) => next(req, res, req.body)) },
  },
  {
    name: 'in process, Express',
    guards: {
      node: (next) => {
        const app = express()
        app.use(express.json())
        app.use('/mcp', guardNode(gateway))
        app.all('/mcp', (req, res) => next(req, res, req.body))
        return (req, res) => app(req, res)
      },
    },
  },
  {
    name: 'in process, Fastify',
    guards: {
      node: (next) => {
        const app = fastify()
        app.all('/mcp', { preHandler: guardFastify(gateway) }, (request, reply) => {
          reply.hijack()
          next(request.raw, reply.raw, request.body)
        })
        return (req, res) => void app.ready().then(() => app.routing(req, res))
      },
    },
  },
]

export const inProcess: readonly Target[] = inProcessWith(
  await createGateway({
    policy: everything(),
    identify: () => ({ ok: true, caller: { agent: 'suite' } }),
    record: () => {},
    denial: 'http',
  }),
)
