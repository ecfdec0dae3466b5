import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createLogger } from '@mcp-sentinel/service'

const taken: string[] = []
const { app, close } = createIngest({
  log: { append: async (entries) => void taken.push(...entries.map(({ key }) => key)) },
  authenticate: createAuthenticate({ allowAnonymous: true }),
  logger: createLogger({ service: 'sample', level: 'silent' }),
})
const { statusCode } = await app.inject({
  method: 'POST',
  url: '/events',
  headers: { 'content-type': 'application/json' },
  body: { source: 'gateway', event_type: 'mcp.request', payload: {} },
})
if (statusCode !== 202 || taken.join() !== 'gateway') throw new Error('an event should be in the log')
await close()
