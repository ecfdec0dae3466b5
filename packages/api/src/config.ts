import {
  type ConfigFault,
  defineConfig,
  httpUrl,
  kafkaVariables,
  port,
  processVariables,
  type SettingsOf,
  saslFaults,
} from '@mcp-sentinel/service'
import { z } from 'zod'
import { accountsFaults, accountsVariables, dsnOf } from './config/accounts-variables.ts'
import { entranceFaults, entranceVariables } from './config/entrance-variables.ts'
import { platformVariables } from './config/platform-variables.ts'
import { text } from './config/text.ts'

const shape = {
  PORT: port().default(8080).describe('where the API is served'),
  METRICS_PORT: port().default(9090).describe('where `/metrics` is served, and nothing else'),
  HOST: text().default('0.0.0.0').describe('address of both'),
  ...accountsVariables(),
  ...entranceVariables(),
  CLICKHOUSE_URL: httpUrl().optional().meta({
    description: '`http://user:password@host:8123` of the events; without it none are told',
    secret: true,
  }),
  CLICKHOUSE_ADDR: text().optional().describe('older name: `host:8123`, where `CLICKHOUSE_URL` is not set'),
  CLICKHOUSE_DB: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'is no plain identifier')
    .default('mcp')
    .describe('the database'),
  ...kafkaVariables(),
  RESOURCES_DIRECTORY: text()
    .optional()
    .describe('folder of servers, grants and sessions; without it none are told'),
  ...platformVariables(),
  ...processVariables(),
}

export type Settings = SettingsOf<typeof shape>

export const config = defineConfig(shape, (settings) => [
  ...accountsFaults(settings),
  ...entranceFaults(settings),
  ...signingFaults(settings),
  ...clickhouseFaults(settings),
  ...saslFaults(settings),
])

/** Where ClickHouse speaks HTTP; undefined where there is none. */
export const clickhouseUrl = ({ CLICKHOUSE_URL, CLICKHOUSE_ADDR }: Settings): URL | undefined =>
  CLICKHOUSE_URL ??
  (CLICKHOUSE_ADDR === undefined ? undefined : (URL.parse(`http://${CLICKHOUSE_ADDR}`) ?? undefined))

/** ClickHouse's own protocol, which older configurations name. */
const nativePorts = ['9000', '9440']

const clickhouseFaults = (settings: Settings): readonly ConfigFault[] => {
  const isOlder = settings.CLICKHOUSE_URL === undefined && settings.CLICKHOUSE_ADDR !== undefined
  const variable = isOlder ? 'CLICKHOUSE_ADDR' : 'CLICKHOUSE_URL'
  const url = clickhouseUrl(settings)
  if (url === undefined) return isOlder ? [{ variable, message: 'is not host:port' }] : []
  if (!nativePorts.includes(url.port)) return []
  const message = `names port ${url.port}, ClickHouse's own protocol; HTTP is spoken here, on port 8123`
  return [{ variable, message }]
}

/** A key of one process would not hold on the next replica. */
const signingFaults = (settings: Settings): readonly ConfigFault[] => {
  const { PLATFORM_SIGNING_KEY_FILE, PLATFORM_JWT_SECRET, JWT_SECRET } = settings
  const given = [PLATFORM_SIGNING_KEY_FILE, PLATFORM_JWT_SECRET ?? JWT_SECRET].filter(
    (one) => one !== undefined,
  )
  if (given.length > 1)
    return [
      { variable: 'PLATFORM_SIGNING_KEY_FILE', message: 'is set, and a secret to derive a key from too' },
    ]
  return given.length === 0 && dsnOf(settings) !== undefined
    ? [{ variable: 'PLATFORM_SIGNING_KEY_FILE', message: 'is missing, and PLATFORM_JWT_SECRET too' }]
    : []
}
