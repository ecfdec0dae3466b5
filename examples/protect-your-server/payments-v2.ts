import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const id = z.string()

export const createPayments = (): McpServer => {
  const server = new McpServer({ name: 'payments', version: '1.0.0' })
  server.registerTool('get_invoice', { inputSchema: z.object({ id }) }, (asked) =>
    text(`invoice ${asked.id}`),
  )
  server.registerTool('refund_invoice', { inputSchema: z.object({ id, amount: z.number() }) }, ({ amount }) =>
    text(`refunded ${amount}`),
  )
  return server
}
