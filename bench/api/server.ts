import { createApi } from '@mcp-sentinel/api'
import { createClickHouse } from '@mcp-sentinel/events/clickhouse'
import { createLogger, createMetrics } from '@mcp-sentinel/service'
import { fastify } from 'fastify'
import { hotEndpoints } from './hot-endpoints.ts'

// A server to be asked: the API over a store, or a bare Fastify that puts the same question and says what the store says.
const [kind, url = '', database = ''] = process.argv.slice(2)
const store = createClickHouse({ url: new URL(url), database, application: kind ?? '' })

const api = () => {
  const admin = { role: 'admin', identity: 'service_api_key', keyId: 'key-0', teams: [], scopes: [] } as const
  return createApi({
    authenticate: async () => admin,
    logger: createLogger({ service: 'api', level: 'warn' }),
    metrics: createMetrics(),
    version: '0.0.0',
    store,
  }).app
}
const bare = () => {
  const app = fastify()
  for (const [at, { query }] of hotEndpoints.entries())
    app.get<{ Querystring: { n: string } }>(`/${at}`, ({ query: { n } }) => query(store, Number(n)))
  return app
}
const app = kind === 'api' ? api() : bare()
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()

process.on('message', () => process.send?.({ cpuUs: process.cpuUsage().user + process.cpuUsage().system }))
process.on('disconnect', () => process.exit(0))
process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
