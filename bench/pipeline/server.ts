import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createLogger, createMetrics } from '@mcp-sentinel/service'
import { fastify } from 'fastify'

// A server to be loaded: ingest, or a bare Fastify that reads the same body and says the same.
const [kind, directory = '', apiKey = ''] = process.argv.slice(2)

const bare = () => {
  const app = fastify()
  app.post('/events', async (_, reply) => reply.code(202).send({ ok: true }))
  return app
}
const ingest = async () => {
  const log = await createSegmentLog({ directory })
  return createIngest({
    log,
    metrics: createMetrics(),
    authenticate: createAuthenticate({ apiKeys: createApiKeys([apiKey]) }),
    logger: createLogger({ service: 'ingest', level: 'warn' }),
  }).app
}
const app = kind === 'bare' ? bare() : await ingest()
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()

process.on('message', () => process.send?.({ cpuUs: process.cpuUsage().user + process.cpuUsage().system }))
process.on('disconnect', () => process.exit(0))
process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
