import {
  ConfigError,
  createApp,
  createLogger,
  createMetrics,
  defineConfig,
  port,
} from '@mcp-sentinel/service'

const config = defineConfig({ PORT: port().default(8081) })
if (config.parse({}).PORT !== 8081) throw new Error('a default should be given')
try {
  config.parse({ PORT: 'x' })
  throw new Error('a port of x should be refused')
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
}

const metrics = createMetrics()
const app = createApp({ log: createLogger({ service: 'sample', level: 'silent' }), metrics })
app.get('/hello', async () => ({ hello: 'world' }))
const { statusCode } = await app.inject({ url: '/hello' })
if (statusCode !== 200) throw new Error('a route should answer')
const refused = await app.inject({ url: '/nothing' })
if (refused.json().error !== 'not_found') throw new Error('what is not served should be told')
if (!(await metrics.registry.metrics()).includes('route="/hello"'))
  throw new Error('a request should be counted')
await app.close()
