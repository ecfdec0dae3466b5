import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createWorkspaceAssistant } from '@mcp-sentinel/cli/workspace-assistant'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool } from '@mcp-sentinel/events/adapters/spool'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { toNodeHandler } from '@modelcontextprotocol/node'

type Env = Readonly<Record<string, string | undefined>>

const policy = fileURLToPath(new URL('policy.yaml', import.meta.url))

/** The sample server, guarded in its own process. Records go to ingest where `env` names one, else they are printed. */
export const serve = async (env: Env, print: (line: string) => void) => {
  const said = (name: string) => env[`ANALYTICS_${name}`] || env[`MCP_ANALYTICS_${name}`]
  const url = said('INGEST_URL')
  const spool = url
    ? await createSpool({
        directory: env['SPOOL_DIRECTORY'] || '.sentinel/spool',
        producer: `mcp-servers/workspace-assistant/${hostname()}`,
        source: said('SOURCE') ?? 'workspace-assistant-gateway',
        sink: createHttpSink({ url, apiKey: said('API_KEY') }),
      })
    : undefined

  const gateway = await createGateway({
    policy: filePolicy(policy),
    identify: headerIdentity(),
    record: spool ?? ((record) => print(JSON.stringify(record))),
  })
  const assistant = createWorkspaceAssistant()
  const handle = toNodeHandler(assistant)
  type NodeRequest = Parameters<typeof handle>[0]
  const server = createServer(guardNode(gateway, (req, res) => handle(req as NodeRequest, res, req.body)))
  server.listen(Number(env['PORT'] || 8090), '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    await assistant.close()
    server.closeAllConnections()
    await gateway.idle()
    await gateway.close()
    await spool?.drain(10_000)
    await spool?.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, close }
}
