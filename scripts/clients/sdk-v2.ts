import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Driver, type Era, errorOf, filledIn, resultOf } from './driver.ts'

const sdkV2 = (era: Era): Driver => ({
  name: `SDK v2, ${era}`,
  eras: [era],
  connect: async (url, headers) => {
    const client = new Client(
      { name: 'sdk-v2', version: '1.0.0' },
      {
        capabilities: { elicitation: {} },
        ...(era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}),
      },
    )
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: filledIn }))
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (name, args, { signal, onProgress } = {}) =>
        client
          .callTool(
            { name, arguments: args },
            {
              ...(signal ? { signal } : {}),
              ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
            },
          )
          .then(resultOf, errorOf),
      close: () => client.close(),
    }
  },
})

export const sdkV2Legacy = sdkV2('legacy')
export const sdkV2Modern = sdkV2('modern')
