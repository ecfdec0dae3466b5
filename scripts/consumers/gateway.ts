import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createSessionIds,
  createSidecar,
  createUpstream,
  createUpstreamCredential,
} from '@mcp-sentinel/gateway'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const behind = await serve((req, res) => req.pipe(res))
const gateway = await createGateway({
  policy: staticPolicy({
    server: { name: 'payments' },
    tools: [{ name: 'get_invoice', side_effect: 'read' }],
    grants: [{ name: 'support', agent_id: 'support-bot', allowed_side_effects: ['read'] }],
  }),
  identify: headerIdentity(),
  record: () => {},
  denial: 'http',
})
const upstream = createUpstream({
  origin: behind.origin,
  connectTimeoutMs: 1_000,
  headTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
})
const sidecar = createSidecar({
  gateway,
  upstream,
  sessionIds: createSessionIds([{ kid: 'k1', key: Buffer.alloc(32, 7) }]),
  credential: createUpstreamCredential({}),
})
const front = await serve((req, res) => void sidecar.handle(req, res))

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_invoice' } })
const call = (agent: string) =>
  fetch(`${front.origin}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mcp-agent-id': agent },
    body,
  })
const allowed = await call('support-bot')
if ((await allowed.text()) !== body) throw new Error('a granted call should go on byte for byte')
if ((await call('stranger')).status !== 403) throw new Error('any other should be refused')

await gateway.close()
await upstream.close()
for (const { server } of [front, behind]) {
  server.close()
  server.closeAllConnections()
}
