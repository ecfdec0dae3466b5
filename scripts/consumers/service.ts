import { ConfigError, defineConfig, port } from '@mcp-sentinel/service'

const config = defineConfig({ PORT: port().default(8081) })
if (config.parse({}).PORT !== 8081) throw new Error('a default should be given')
try {
  config.parse({ PORT: 'x' })
  throw new Error('a port of x should be refused')
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
}
