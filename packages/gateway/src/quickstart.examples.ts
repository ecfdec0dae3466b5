import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

const behind = createServer(async (req, res) => res.end(await text(req))).listen(0, '127.0.0.1')
await once(behind, 'listening')
const upstreamOrigin = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`
const key = Buffer.alloc(32, 7)

//#region sidecar
import {
  createSessionIds,
  createSidecar,
  createUpstream,
  createUpstreamCredential,
} from '@mcp-sentinel/gateway'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'

const sessionIds = createSessionIds([{ kid: '2026-11', key }]) // of 32 random bytes, the same in each replica
const gateway = await createGateway({
  policy: staticPolicy({
    server: { name: 'payments' },
    tools: [{ name: 'get_invoice', side_effect: 'read' }],
    grants: [{ name: 'support', agent_id: 'support-bot', allowed_side_effects: ['read'] }],
  }),
  identify: headerIdentity(),
  ownsSession: (caller, session) => sessionIds.unseal(caller, session) !== undefined,
  record: (record) => console.log(record),
  denial: 'http',
})
const upstream = createUpstream({
  origin: upstreamOrigin,
  connectTimeoutMs: 5_000,
  headTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
})
const sidecar = createSidecar({
  gateway,
  upstream,
  sessionIds,
  credential: createUpstreamCredential({}), // the caller's token ends here
})
const server = createServer((req, res) => void sidecar.handle(req, res))

//#endregion

export { behind, gateway, server, upstream }
