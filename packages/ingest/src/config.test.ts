import { readFile } from 'node:fs/promises'
import { shellProblems, unforeseen, variablesTable } from '@mcp-sentinel/service'
import { describe, expect, test } from 'vitest'
import { apiKeysOf, config } from './config.ts'
import { ingestProblems } from './problems.ts'

const key = 'a-key-that-nobody-guesses'
const enough = { LOG_DIRECTORY: 'events', INGEST_API_KEYS: key }

describe('an environment', () => {
  test('of a log and a key is enough', () => {
    const settings = config.parse(enough)
    expect(settings).toMatchObject({
      PORT: 8081,
      METRICS_PORT: 9091,
      KAFKA_TOPIC: 'mcp.events',
      BATCH_BYTES_MAX: 8_388_608,
    })
    expect(apiKeysOf(settings)).toEqual([key])
  })

  test('may name its keys by the older name', () => {
    expect(apiKeysOf(config.parse({ KAFKA_BROKERS: 'a:9092', API_KEYS: `${key},${key}-2` }))).toHaveLength(2)
    expect(apiKeysOf(config.parse({ ...enough, API_KEYS: `${key}-2` }))).toEqual([key])
  })

  test.each<[string, Record<string, string>, string]>([
    ['without a log', { INGEST_API_KEYS: key }, 'KAFKA_BROKERS: is missing, and LOG_DIRECTORY too'],
    ['without a credential', { LOG_DIRECTORY: 'events' }, 'INGEST_ALLOW_ANONYMOUS: is not set'],
    [
      'with a key that could be guessed',
      { ...enough, INGEST_API_KEYS: 'secret' },
      'INGEST_API_KEYS: has a key',
    ],
    [
      'with an issuer, and no keys of it',
      { ...enough, OIDC_ISSUER: 'i', OIDC_AUDIENCE: 'a' },
      'OIDC_JWKS_URL: is missing',
    ],
    [
      'with keys for tokens of anybody',
      { ...enough, OIDC_JWKS_URL: 'http://i/jwks' },
      'OIDC_AUDIENCE: is missing',
    ],
    ['with a password for nobody', { ...enough, KAFKA_PASSWORD: 'p' }, 'KAFKA_SASL_MECHANISM: needs'],
    [
      'with a pointer that is none',
      { ...enough, REDACT_POINTERS: '/a,b' },
      'REDACT_POINTERS: has one that is no JSON Pointer',
    ],
    ['with a size beyond what is read', { ...enough, EVENT_BYTES_MAX: '2097152' }, 'EVENT_BYTES_MAX: is not'],
  ])('%s cannot be used', (_, env, fault) => {
    expect(() => config.parse(env)).toThrow(fault)
  })

  test.each<[string, Record<string, string>]>([
    ['anonymous senders', { INGEST_ALLOW_ANONYMOUS: 'true' }],
    ['an issuer', { OIDC_JWKS_URL: 'http://i/jwks', OIDC_AUDIENCE: 'a' }],
    ['server-bound tokens', { INGEST_TOKEN_KEYS: 'keys.json' }],
  ])('may have %s instead of keys', (_, env) => {
    expect(() => config.parse({ LOG_DIRECTORY: 'events', ...env })).not.toThrow()
  })
})

describe('the README', () => {
  test('has the table of variables', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(variablesTable(config.variables))
  })

  test('names each code that is answered', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const rows = Object.values(ingestProblems).map(
      ({ status, code, message }) => `| ${status} | \`${code}\` | ${message} |`,
    )
    expect(readme).toContain(rows.join('\n'))
    expect(Object.values(ingestProblems).map(({ code }) => code)).not.toContain(unforeseen.code)
    expect(readme).not.toContain(shellProblems.not_found.message)
  })
})
