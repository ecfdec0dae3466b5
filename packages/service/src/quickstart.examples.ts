//#region config
import { createShutdown, defineConfig, durationMs, list, port, secrets } from '@mcp-sentinel/service'

const config = defineConfig({
  PORT: port().default(8081).describe('main listener'),
  KAFKA_BROKERS: list().describe('brokers, with commas between them'),
  FLUSH_INTERVAL: durationMs(10, 60_000).default(250).describe('longest wait of a row'),
  INGEST_API_KEYS: secrets().default([]).meta({ description: 'who may post', secret: true }),
})

// In main.ts, and nowhere else: the environment of the process
const settings = config.parse({ KAFKA_BROKERS: 'a:9092,b:9092', INGEST_API_KEYS: 'k-4f1d0a7e55c94b0e' })
settings.KAFKA_BROKERS // ['a:9092', 'b:9092']
String(settings.INGEST_API_KEYS[0]) // '[secret]'; reveal() gives it
//#endregion

//#region shutdown
const shutdown = createShutdown({
  steps: [
    { name: 'listener', deadlineMs: 5_000, close: async () => {} },
    { name: 'log', deadlineMs: 10_000, close: async () => {} },
  ],
  report: console.error,
})
const closedAll = await shutdown() // what takes work in first, what it rests on last

//#endregion

export { closedAll, config, settings }
