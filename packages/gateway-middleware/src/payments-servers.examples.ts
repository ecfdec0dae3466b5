import type { IncomingMessage, ServerResponse } from 'node:http'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const id = z.string()
const amount = z.number()

/** A server of SDK v1. */
const createV1Server = (): McpServerV1 => {
  const server = new McpServerV1({ name: 'payments', version: '1.0.0' })
  server.registerTool('get_invoice', { inputSchema: { id } }, (asked) => text(`invoice ${asked.id}`))
  server.registerTool('refund_invoice', { inputSchema: { id, amount } }, (asked) =>
    text(`refunded ${asked.amount} of ${asked.id}`),
  )
  return server
}

/** One of SDK v2. */
export const createV2Server = (): McpServer => {
  const server = new McpServer({ name: 'payments', version: '1.0.0' })
  server.registerTool('get_invoice', { inputSchema: z.object({ id }) }, (asked) =>
    text(`invoice ${asked.id}`),
  )
  server.registerTool('refund_invoice', { inputSchema: z.object({ id, amount }) }, (asked) =>
    text(`refunded ${asked.amount} of ${asked.id}`),
  )
  return server
}

/** Answers as a server of SDK v1 on `node:http` does, from the body that was read. */
export const answerV1 = async (req: IncomingMessage, res: ServerResponse, body: unknown): Promise<void> => {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  const server = createV1Server()
  res.once('close', () => void server.close())
  await server.connect(transport as Transport)
  await transport.handleRequest(req, res, body)
}

/** Answers as a server of SDK v2 does: its `fetch` takes a `Request`. */
export const handler = createMcpHandler(createV2Server)
