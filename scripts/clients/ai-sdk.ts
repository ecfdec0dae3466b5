import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp'
import { type Driver, errorOf, filledIn, resultOf } from './driver.ts'

export const aiSdk: Driver = {
  name: '@ai-sdk/mcp',
  eras: ['legacy', 'modern'],
  // It asks for no progress. Cancelled, it stops to listen: in the modern era that says it all, in the legacy one nothing.
  cannot: { legacy: ['progress', 'cancel'], modern: ['progress'] },
  connect: async (url, headers) => {
    const client = await createMCPClient({
      transport: { type: 'http', url, headers: { ...headers } },
      capabilities: { elicitation: {} },
    })
    client.onElicitationRequest(ElicitationRequestSchema, () => ({ action: 'accept', content: filledIn }))
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (name, args, { signal } = {}) =>
        client
          .callTool({ name, arguments: { ...args }, options: signal ? { signal } : {} })
          .then(resultOf, errorOf),
      close: () => client.close(),
    }
  },
}
