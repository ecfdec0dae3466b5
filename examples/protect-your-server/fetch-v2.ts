import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createGateway, type Recorder } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createPayments } from './payments-v2.ts'

const policy = fileURLToPath(new URL('policy.yaml', import.meta.url))
/** A `Request` does not tell where it comes from, so who calls is known by a token; `oauthIdentity` checks real ones. */
const agents: ReadonlyMap<string, string> = new Map([
  ['Bearer token-of-support', 'support-bot'],
  ['Bearer token-of-ops', 'ops-agent'],
])

/** A server of SDK v2 as a function of web standards, for both eras of the protocol. */
export const createFetch = async (record: Recorder['record']) => {
  const gateway = await createGateway({
    policy: filePolicy(policy),
    identify: ({ header }) => ({ ok: true, caller: { agent: agents.get(header('authorization') ?? '') } }),
    record,
  })
  return { fetch: guardFetch(gateway, createMcpHandler(createPayments).fetch), close: gateway.close }
}

if (import.meta.main) {
  const handle = toNodeHandler(await createFetch((record) => console.log(JSON.stringify(record))))
  createServer((req, res) => void handle(req as Parameters<typeof handle>[0], res)).listen(8080, '127.0.0.1')
  console.log('guarded: http://127.0.0.1:8080/')
}
