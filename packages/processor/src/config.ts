import {
  type ConfigFault,
  defineConfig,
  durationMs,
  httpUrl,
  integer,
  kafkaVariables,
  port,
  processVariables,
  type SettingsOf,
  saslFaults,
} from '@mcp-sentinel/service'
import { z } from 'zod'

const text = () => z.string().max(1024, 'is longer than 1024 characters')
const day = 24 * 3_600_000

const shape = {
  METRICS_PORT: port().default(9102).describe('`/metrics`, `/live`, `/ready`, `/health`'),
  HOST: text().default('0.0.0.0').describe('address of it'),
  ...kafkaVariables(),
  KAFKA_GROUP: text()
    .default('mcp-sentinel-processor')
    .describe('processors of one group share the partitions'),
  KAFKA_DEAD_TOPIC: text().default('mcp.events.dead').describe('where records go that cannot be stored'),
  KAFKA_PARTITIONS: integer(1, 1_000).default(8).describe('`--migrate`: of the topic it creates'),
  KAFKA_REPLICAS: integer(1, 10).default(1).describe('`--migrate`: copies of each partition'),
  LOG_RETENTION: durationMs(60_000, 3_650 * day)
    .default(7 * day)
    .describe('in milliseconds, or as `168h`: how long the topic keeps what nobody has read'),
  CLICKHOUSE_URL: httpUrl()
    .optional()
    .meta({ description: '`http://user:password@host:8123`', secret: true }),
  CLICKHOUSE_ADDR: text().optional().describe('older name: `host:8123`, where `CLICKHOUSE_URL` is not set'),
  CLICKHOUSE_DB: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'is no plain identifier')
    .default('mcp')
    .describe('the database'),
  RETENTION_DAYS: integer(1, 36_500).default(400).describe('`--migrate`: how long events are kept'),
  BATCH_SIZE: integer(1, 100_000).default(10_000).describe('events of an insert'),
  BATCH_BYTES_MAX: integer(1024 ** 2, 256 * 1024 ** 2)
    .default(8 * 1024 ** 2)
    .describe('the same, by their bytes'),
  FLUSH_INTERVAL: durationMs(1, 60_000)
    .default(250)
    .describe('in milliseconds, or as `2s`: how long an event waits for others'),
  STALLED_AFTER: durationMs(1_000, 3_600_000)
    .default(60_000)
    .describe('in milliseconds, or as `1m`: `/ready` fails when an event has waited for so long'),
  ...processVariables(),
}

export type Settings = SettingsOf<typeof shape>

export const config = defineConfig(shape, (settings) => [
  ...brokerFaults(settings),
  ...saslFaults(settings),
  ...clickhouseFaults(settings),
])

const brokerFaults = ({ KAFKA_BROKERS }: Settings): readonly ConfigFault[] =>
  KAFKA_BROKERS.length > 0 ? [] : [{ variable: 'KAFKA_BROKERS', message: 'is missing' }]

type Address = Pick<Settings, 'CLICKHOUSE_URL' | 'CLICKHOUSE_ADDR'>

/** Where ClickHouse speaks HTTP; null where nothing that can be used is said. */
export const clickhouseUrl = ({ CLICKHOUSE_URL, CLICKHOUSE_ADDR }: Address): URL | null =>
  CLICKHOUSE_URL ?? URL.parse(`http://${CLICKHOUSE_ADDR ?? ''}`)

/** ClickHouse's own protocol, which older configurations name. */
const nativePorts = ['9000', '9440']

const clickhouseFaults = (settings: Settings): readonly ConfigFault[] => {
  const isOlder = settings.CLICKHOUSE_URL === undefined && settings.CLICKHOUSE_ADDR !== undefined
  const variable = isOlder ? 'CLICKHOUSE_ADDR' : 'CLICKHOUSE_URL'
  const url = clickhouseUrl(settings)
  if (url === null) return [{ variable, message: isOlder ? 'is not host:port' : 'is missing' }]
  if (!nativePorts.includes(url.port)) return []
  const message = `names port ${url.port}, ClickHouse's own protocol; HTTP is spoken here, on port 8123`
  return [{ variable, message }]
}
