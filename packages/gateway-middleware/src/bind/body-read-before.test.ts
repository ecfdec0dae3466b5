import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import fastify from 'fastify'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../gateway.ts'
import { staticPolicy } from '../static-policy.ts'
import { guardFastify } from './fastify.ts'
import { guardHono } from './hono.ts'
import { guardNode } from './node.ts'

const gateway = await createGateway({
  policy: staticPolicy({ server: { name: 's' } }),
  identify: () => ({ ok: true, caller: {} }),
  record: () => {},
})

const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'

const post = async (origin: string, body: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${origin}/mcp`, { method: 'POST', headers, body })).status
}

test('a body that Fastify reads as null is judged, not waited for', async () => {
  const app = fastify()
  app.post('/mcp', { preHandler: guardFastify(gateway) }, () => 'served')
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  expect(await post(origin, 'null')).toBe(400)
})

test('a body that somebody has read and kept is refused, not waited for', async () => {
  const guard = guardNode(gateway, (_, res) => res.end('served'))
  const server = createServer(async (req, res) => {
    await text(req)
    guard(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await post(origin, list)).toBe(400)
})

test('the same in Hono, where it is kept for whoever asks again', async () => {
  const app = new Hono()
  app.use(async (context, next) => {
    await context.req.json()
    await next()
  })
  app.post('/mcp', guardHono(gateway), (context) => context.text('served'))
  const headers = { 'content-type': 'application/json' }
  expect((await app.request('/mcp', { method: 'POST', headers, body: list })).status).toBe(400)
})
