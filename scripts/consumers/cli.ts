import { startWorkspaceAssistant } from '@mcp-sentinel/cli/workspace-assistant'

const sample = await startWorkspaceAssistant()
const answer = await fetch(`${sample.origin}/mcp`, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/list',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }),
})
const told = await answer.text()
await sample.close()
if (!told.includes('delete_document')) throw new Error(`the sample should have its tools, and says ${told}`)
