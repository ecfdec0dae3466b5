import { fileURLToPath } from 'node:url'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { guardTransport } from '@mcp-sentinel/gateway-middleware/bind/transport'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { createPayments } from './payments-v2.ts'

/** Whoever starts a server of standard input and output says for whom. */
const [agent] = process.argv.slice(2)

const gateway = await createGateway({
  policy: filePolicy(fileURLToPath(new URL('policy.yaml', import.meta.url))),
  identify: () => ({ ok: true, caller: { agent } }),
  record: (record) => console.error(JSON.stringify(record)), // standard output is the protocol's own
})
await createPayments().connect(guardTransport(gateway, new StdioServerTransport()))
