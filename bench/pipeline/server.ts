import { createKafkaClient } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createLogger, createMetrics } from '@mcp-sentinel/service'
import { fastify } from 'fastify'

// A server to be loaded: ingest on a directory or on brokers, or a bare Fastify that reads the same body and says the same.
const [kind, place = '', apiKey = ''] = process.argv.slice(2)

const bare = () => {
  const app = fastify()
  app.post('/events', async (_, reply) => reply.code(202).send({ ok: true }))
  return app
}
const openLog = () =>
  kind === 'kafka'
    ? createKafkaLog({
        kafka: createKafkaClient({ clientId: 'bench', brokers: [place] }),
        topic: 'mcp.events',
      })
    : createSegmentLog({ directory: place })

const ingest = async () => {
  const log = await openLog()
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
