const call = (id: unknown, name: string, given: unknown, meta?: unknown) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: given, ...(meta === undefined ? {} : { _meta: meta }) },
})

const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  'io.modelcontextprotocol/clientInfo': { name: 'desk', version: '1.4.0' },
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

/** The call that is timed: 300 bytes, as agents send them. */
export const typicalCall = call(
  17,
  'refund_invoice',
  {
    invoice: 'INV-2026-000017',
    amount: 129.5,
    currency: 'EUR',
    note: 'customer asked, see ticket',
    lines: [1, 2, 3],
  },
  { progressToken: 17, traceparent: modern.traceparent },
)

/** Messages as clients of both eras send them. */
export const messages: readonly unknown[] = [
  typicalCall,
  call('a-1', 'pay', { amount: 500, billing: { address: { city: 'Köln', zip: '50667' } } }, modern),
  call(3, 'search', { query: 'naïve "quotes" \\ and 😀', limit: 20, größe: 1.5, 'a/b': true }),
  call(4, 'order', { lines: [{ price: 9.99, count: 3 }, { price: 1e-7 }], comment: null, gift: false }),
  { jsonrpc: '2.0', id: 0, method: 'tools/list', params: { cursor: 'eyJwYWdlIjoyfQ==', _meta: modern } },
  { jsonrpc: '2.0', id: 5, method: 'ping' },
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { roots: { listChanged: true }, sampling: {} },
      clientInfo: { name: 'desk', version: '1.4.0' },
    },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 17, reason: 'no longer needed' },
  },
  { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 0.5 } },
  { jsonrpc: '2.0', id: 6, method: 'resources/read', params: { uri: 'file:///srv/data/a%20b.txt' } },
  { jsonrpc: '2.0', id: 7, method: 'prompts/get', params: { name: 'review', arguments: { code: 'x = 1' } } },
  {
    jsonrpc: '2.0',
    id: 8,
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'code', value: 'x' } },
  },
  { jsonrpc: '2.0', id: 2, result: { action: 'accept', content: { age: 41 } } },
  { jsonrpc: '2.0', id: 9, error: { code: -32601, message: 'no such method', data: [1, null] } },
  [call(10, 'pay', { amount: 1 }), { jsonrpc: '2.0', method: 'notifications/initialized' }],
]
