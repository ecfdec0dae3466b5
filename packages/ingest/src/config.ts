import { apiKeyCharsMax, apiKeyCharsMin } from '@mcp-sentinel/identity'
import {
  type ConfigFault,
  defineConfig,
  durationMs,
  flag,
  httpUrl,
  integer,
  kafkaVariables,
  list,
  port,
  processVariables,
  type Secret,
  type SettingsOf,
  saslFaults,
  secrets,
} from '@mcp-sentinel/service'
import { z } from 'zod'

const mebibyte = 1024 ** 2
const text = () => z.string().max(1024, 'is longer than 1024 characters')
const secret = (description: string) => secrets().default([]).meta({ description, secret: true })

const shape = {
  PORT: port().default(8081).describe('where events are taken'),
  METRICS_PORT: port().default(9091).describe('where `/metrics` is served, and nothing else'),
  HOST: text().default('0.0.0.0').describe('address of both'),
  ...kafkaVariables(),
  LOG_DIRECTORY: text().optional().describe('without brokers: where segment files of one machine are'),
  LOG_BYTES_MAX: integer(mebibyte, 1024 ** 4)
    .default(8 * 1024 ** 3)
    .describe('of segment files; more is refused until readers go on'),
  INGEST_API_KEYS: secret(`keys of ${apiKeyCharsMin} characters or more, with commas between them`),
  API_KEYS: secret('the same, where `INGEST_API_KEYS` is not set'),
  OIDC_ISSUER: text().optional().describe('who must have made a bearer token'),
  OIDC_AUDIENCE: text().optional().describe('whom a bearer token must be for'),
  OIDC_JWKS_URL: httpUrl().optional().describe('keys of the issuer'),
  INGEST_TOKEN_KEYS: text()
    .optional()
    .describe('JWKS file of the public keys that server-bound tokens are verified with'),
  INGEST_TOKEN_ISSUER: text().default('mcp-sentinel').describe('who makes server-bound tokens'),
  INGEST_TOKEN_AUDIENCE: text().default('mcp-sentinel-ingest').describe('whom server-bound tokens are for'),
  INGEST_ALLOW_ANONYMOUS: flag().default(false).describe('take events from whoever presents nothing'),
  EVENT_BYTES_MAX: integer(1024, mebibyte).default(mebibyte).describe('of one event'),
  BATCH_BYTES_MAX: integer(1024, 16 * mebibyte)
    .default(8 * mebibyte)
    .describe('of one request'),
  BATCH_EVENTS_MAX: integer(1, 100_000).default(20_000).describe('of one request'),
  IN_FLIGHT_REQUESTS_MAX: integer(1, 100_000)
    .default(1000)
    .describe('beyond it requests are told to come again'),
  IN_FLIGHT_BYTES_MAX: integer(mebibyte, 1024 * mebibyte)
    .default(32 * mebibyte)
    .describe('the same, by the size of requests'),
  APPEND_TIMEOUT: durationMs(100, 120_000)
    .default(10_000)
    .describe('in milliseconds, or as `10s`: how long the log may take'),
  REDACT_POINTERS: list()
    .refine(
      (pointers) => pointers.every((pointer) => pointer.startsWith('/')),
      'has one that is no JSON Pointer',
    )
    .default([])
    .describe('JSON Pointers of what is taken out of payloads without `_audit`, such as `/arguments/*`'),
  ...processVariables(),
}

export type Settings = SettingsOf<typeof shape>

export const config = defineConfig(shape, (settings) => [
  ...rules.filter(({ isBroken }) => isBroken(settings)),
  ...saslFaults(settings),
])

interface Rule extends ConfigFault {
  readonly variable: keyof Settings
  readonly isBroken: (settings: Settings) => boolean
}

export const apiKeysOf = ({ INGEST_API_KEYS, API_KEYS }: Settings): readonly string[] =>
  (INGEST_API_KEYS.length > 0 ? INGEST_API_KEYS : API_KEYS).map((key: Secret) => key.reveal())

const hasOidc = ({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL }: Settings): boolean =>
  [OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL].some((value) => value !== undefined)

const rules: readonly Rule[] = [
  {
    variable: 'KAFKA_BROKERS',
    message: 'is missing, and LOG_DIRECTORY too: events need a log',
    isBroken: (settings) => settings.KAFKA_BROKERS.length === 0 && settings.LOG_DIRECTORY === undefined,
  },
  {
    variable: 'INGEST_API_KEYS',
    message: `has a key that has not ${apiKeyCharsMin} to ${apiKeyCharsMax} characters`,
    isBroken: (settings) =>
      apiKeysOf(settings).some(({ length }) => length < apiKeyCharsMin || length > apiKeyCharsMax),
  },
  {
    variable: 'OIDC_JWKS_URL',
    message: 'is missing: without keys no bearer token can be verified',
    isBroken: (settings) => hasOidc(settings) && settings.OIDC_JWKS_URL === undefined,
  },
  {
    variable: 'OIDC_AUDIENCE',
    message: 'is missing: a token for somebody else would be taken',
    isBroken: (settings) => hasOidc(settings) && settings.OIDC_AUDIENCE === undefined,
  },
  {
    variable: 'INGEST_ALLOW_ANONYMOUS',
    message: 'is not set, and no credential is configured: nobody could post',
    isBroken: (settings) =>
      !settings.INGEST_ALLOW_ANONYMOUS &&
      apiKeysOf(settings).length === 0 &&
      !hasOidc(settings) &&
      settings.INGEST_TOKEN_KEYS === undefined,
  },
]
