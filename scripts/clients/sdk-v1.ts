import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { type Connection, type Driver, errorOf, filledIn, resultOf } from './driver.ts'

/** The client of SDK v1 on any transport of its own. */
export const connectV1 = async (transport: Transport): Promise<Connection> => {
  const client = new Client({ name: 'sdk-v1', version: '1.0.0' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: filledIn }))
  await client.connect(transport)
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args, { signal, onProgress } = {}) =>
      client
        .callTool({ name, arguments: args }, undefined, {
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
        })
        .then(resultOf, errorOf),
    close: () => client.close(),
  }
}

export const sdkV1: Driver = {
  name: 'SDK v1',
  eras: ['legacy'],
  connect: (url, headers) =>
    // Its own optional properties are not exact, ours are.
    connectV1(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) as Transport),
}
