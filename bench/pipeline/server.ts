import { createKafkaClient } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createLogger, createMetrics } from '@mcp-sentinel/service'
import { type FastifyInstance, fastify } from 'fastify'

// A server to be loaded: ingest on a directory or on brokers; or, beside it, a bare Fastify that parses the same body and says
// the same, and one that parses nothing and puts the body into the same log first.
const [kind, place = '', apiKey = ''] = process.argv.slice(2)

const bare = () => {
  const app = fastify()
  app.post('/events', async (_, reply) => reply.code(202).send({ ok: true }))
  return app
}
const durable = async () => {
  const log = await openLog()
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.post<{ Body: Buffer }>('/events', async ({ body }, reply) => {
    await log.append([{ key: '', value: body, headers: {}, receivedAtMs: Date.now() }])
    return reply.code(202).send({ ok: true })
  })
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
const servers: Record<string, () => Promise<FastifyInstance> | FastifyInstance> = { bare, durable }
const app = await (servers[kind ?? ''] ?? ingest)()
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()

process.on('message', () => process.send?.({ cpuUs: process.cpuUsage().user + process.cpuUsage().system }))
process.on('disconnect', () => process.exit(0))
process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
