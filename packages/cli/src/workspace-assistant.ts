import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

interface Document {
  readonly title: string
  readonly text: string
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const readOnly = { readOnlyHint: true, openWorldHint: false }

/** The sample: an assistant's documents, with a tool for each kind of side effect that a policy tells apart. */
export const createWorkspaceAssistant = () => {
  const documents = new Map<string, Document>([
    ['roadmap', { title: 'Roadmap', text: 'Guard every call. Lose no record.' }],
    ['minutes', { title: 'Minutes', text: 'Decided: nobody deletes documents without high trust.' }],
  ])
  const id = z.string().max(100)

  const createSession = (): McpServer => {
    const server = new McpServer({ name: 'workspace-assistant', version: '1.0.0' })
    server.registerTool(
      'list_documents',
      {
        description: 'Lists the documents of the workspace',
        inputSchema: z.object({}),
        annotations: readOnly,
      },
      () => text([...documents].map(([key, { title }]) => `${key}: ${title}`).join('\n')),
    )
    server.registerTool(
      'read_document',
      { description: 'Reads one document', inputSchema: z.object({ id }), annotations: readOnly },
      ({ id: wanted }) => text(documents.get(wanted)?.text ?? `There is no document ${wanted}.`),
    )
    server.registerTool(
      'write_document',
      {
        description: 'Writes one document, in place of what was there',
        inputSchema: z.object({ id, title: z.string().max(200), text: z.string().max(10_000) }),
        annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
      },
      ({ id: key, ...document }) => {
        if (documents.size >= documentsMax && !documents.has(key)) return text('The workspace is full.')
        documents.set(key, document)
        return text(`Wrote ${key}.`)
      },
    )
    server.registerTool(
      'delete_document',
      {
        description: 'Deletes one document for good',
        inputSchema: z.object({ id }),
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      },
      ({ id: key }) => text(documents.delete(key) ? `Deleted ${key}.` : `There is no document ${key}.`),
    )
    return server
  }
  return createMcpHandler(createSession)
}

const documentsMax = 1_000

/** Serves it on loopback; 0 takes any port that is free. */
export const startWorkspaceAssistant = async (port = 0) => {
  const handler = createWorkspaceAssistant()
  const handle = toNodeHandler(handler)
  type NodeRequest = Parameters<typeof handle>[0]
  const server = createServer((req, res) => void handle(req as NodeRequest, res))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await handler.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
