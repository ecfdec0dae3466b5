import { fileURLToPath } from 'node:url'
import { createGateway, type Recorder } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import express from 'express'
import { z } from 'zod'

const policy = fileURLToPath(new URL('policy.yaml', import.meta.url))
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const id = z.string()

const createPayments = (): McpServer => {
  const server = new McpServer({ name: 'payments', version: '1.0.0' })
  server.registerTool('get_invoice', { inputSchema: { id } }, (asked) => text(`invoice ${asked.id}`))
  server.registerTool('refund_invoice', { inputSchema: { id, amount: z.number() } }, ({ amount }) =>
    text(`refunded ${amount}`),
  )
  return server
}

/** A server of SDK v1 on Express, as it was, with a guard on its route. */
export const createApp = async (record: Recorder['record']) => {
  const gateway = await createGateway({ policy: filePolicy(policy), identify: headerIdentity(), record })
  const app = express()
  app.all('/mcp', guardNode(gateway), async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    const server = createPayments()
    res.once('close', () => void server.close())
    await server.connect(transport as Transport)
    await transport.handleRequest(req, res, req.body)
  })
  return { app, close: gateway.close }
}

if (import.meta.main) {
  const { app } = await createApp((record) => console.log(JSON.stringify(record)))
  app.listen(8080, '127.0.0.1', () => console.log('guarded: http://127.0.0.1:8080/mcp'))
}
