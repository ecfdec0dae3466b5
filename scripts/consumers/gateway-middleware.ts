import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { guardFastify } from '@mcp-sentinel/gateway-middleware/bind/fastify'
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'
import { guardHono } from '@mcp-sentinel/gateway-middleware/bind/hono'
import { guardTransport } from '@mcp-sentinel/gateway-middleware/bind/transport'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import fastify from 'fastify'
import { Hono } from 'hono'

const written: string[] = []
const gateway = await createGateway({
  policy: staticPolicy({
    schema_version: 'v2',
    server: { name: 'payments' },
    policy: { denial: 'http' },
    tools: [{ name: 'get_invoice', side_effect: 'read' }],
    grants: [{ name: 'support', agent_id: 'support-bot', allowed_side_effects: ['read'] }],
  }),
  identify: ({ header }) => ({ ok: true, caller: { agent: header('x-agent') } }),
  record: ({ decision, tool_name }) => written.push(`${decision} ${tool_name}`),
})

const served = async (request: Request): Promise<Response> => new Response(await request.text())
const guarded = guardFetch(gateway, served)

// Each binding, by the types of what it stands before.
const app = new Hono()
app.all('/mcp', guardHono(gateway), (context) => served(context.req.raw))
fastify().all('/mcp', { preHandler: guardFastify(gateway) }, () => 'served')
guardTransport(gateway, { start: async () => {}, send: async () => {}, close: async () => {} })

const call = (agent: string, answer: (request: Request) => Response | Promise<Response>) =>
  answer(
    new Request('http://payments.example/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'x-agent': agent,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_invoice' } }),
    }),
  )

for (const answer of [guarded, (request: Request) => app.fetch(request)]) {
  const allowed = await call('support-bot', answer)
  if (!(await allowed.text()).includes('get_invoice')) throw new Error('a granted call should come through')
  const refused = await call('stranger', answer)
  if (refused.status !== 403) throw new Error('any other should be refused')
}
await gateway.close()
if (written.filter((one) => one === 'deny get_invoice').length !== 2)
  throw new Error('each refusal should be written down')
