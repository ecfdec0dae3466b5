import { readFile } from 'node:fs/promises'
import { variablesTable } from '@mcp-sentinel/service'
import { describe, expect, test } from 'vitest'
import { seedsOf } from './config/accounts-variables.ts'
import { platformOf } from './config/platform-variables.ts'
import { clickhouseUrl, config } from './config.ts'

const secret = 'thirty-two-characters-or-more-of-a-secret'
const dsn = 'postgres://user:pass@db:5432/platform'

describe('an environment', () => {
  test('of nothing is enough, for keys of programs', () => {
    expect(config.parse({})).toMatchObject({ PORT: 8080, METRICS_PORT: 9090, PLATFORM_SIGNUP_ENABLED: true })
  })

  test.each<[string, Record<string, string>]>([
    ['a server and a secret', { POSTGRES_DSN: dsn, PLATFORM_JWT_SECRET: secret }],
    ['a server and a secret by their older names', { DATABASE_URL: dsn, JWT_SECRET: secret }],
    ['a server and a key', { POSTGRES_DSN: dsn, PLATFORM_SIGNING_KEY_FILE: 'key.pem' }],
    ['a folder', { POSTGRES_DIRECTORY: 'accounts' }],
    [
      'admin keys',
      { API_KEYS: 'a-service-key-of-1,a-service-key-of-2', ADMIN_API_KEYS: 'a-service-key-of-2' },
    ],
    ['a provider', { OIDC_ISSUER: 'https://i', OIDC_AUDIENCE: 'a', ADMIN_USERS: 'root@example.org' }],
    ['proxies and pages', { TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8', PUBLIC_ORIGINS: 'https://a.example' }],
  ])('may have %s', (_, env) => {
    expect(() => config.parse(env)).not.toThrow()
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'a server in two words',
      { POSTGRES_DSN: 'host=db user=u', JWT_SECRET: secret },
      'POSTGRES_DSN: is no postgres:// URL',
    ],
    [
      'accounts in two places',
      { POSTGRES_DSN: dsn, JWT_SECRET: secret, POSTGRES_DIRECTORY: 'a' },
      'POSTGRES_DIRECTORY: is set',
    ],
    ['a server, and a key of each process', { POSTGRES_DSN: dsn }, 'PLATFORM_SIGNING_KEY_FILE: is missing'],
    [
      'a secret that is soon found',
      { PLATFORM_JWT_SECRET: 'secret' },
      'PLATFORM_JWT_SECRET: has fewer than 32',
    ],
    [
      'a key and a secret',
      { PLATFORM_SIGNING_KEY_FILE: 'k', JWT_SECRET: secret },
      'PLATFORM_SIGNING_KEY_FILE: is set',
    ],
    ['a key that could be guessed', { API_KEYS: 'secret' }, 'API_KEYS: has a key'],
    [
      'an admin key that opens nothing',
      { ADMIN_API_KEYS: 'a-service-key-of-1' },
      'ADMIN_API_KEYS: has a key that is not',
    ],
    ['a provider without an audience', { OIDC_ISSUER: 'https://i' }, 'OIDC_AUDIENCE: is missing'],
    ['an audience of anybody', { OIDC_AUDIENCE: 'a' }, 'OIDC_ISSUER: is missing'],
    ['people of no provider', { ADMIN_USERS: 'a@example.org' }, 'ADMIN_USERS: names people'],
    ['what is no network', { TRUSTED_PROXIES: '10.0.0.0/99' }, 'TRUSTED_PROXIES: has one that is no network'],
    [
      'what is no origin',
      { PUBLIC_ORIGINS: 'https://a.example/x' },
      'PUBLIC_ORIGINS: has one that is no origin',
    ],
    ['an admin without a password', { PLATFORM_ADMIN_EMAIL: 'a@b.org' }, 'PLATFORM_ADMIN_PASSWORD: and'],
    ['a password of no admin', { PLATFORM_ADMIN_PASSWORD: 'long enough' }, 'PLATFORM_ADMIN_PASSWORD: and'],
    [
      'a password that is too short',
      { PLATFORM_ADMIN_EMAIL: 'a@b.org', PLATFORM_ADMIN_PASSWORD: 'short' },
      'PLATFORM_ADMIN_PASSWORD: has fewer than 8',
    ],
    [
      'a bootstrap of nobody',
      { PLATFORM_ADMIN_BOOTSTRAP_ONLY: 'true' },
      'PLATFORM_ADMIN_BOOTSTRAP_ONLY: needs',
    ],
    [
      'logins for trying out without passwords',
      { PLATFORM_DEV_LOGIN_ENABLED: 'true' },
      'PLATFORM_DEV_LOGIN_ENABLED: needs',
    ],
    [
      'ClickHouse by its own protocol',
      { CLICKHOUSE_ADDR: 'clickhouse:9000' },
      'CLICKHOUSE_ADDR: names port 9000',
    ],
    ['a mode that there is not', { PLATFORM_MODE: 'open' }, 'PLATFORM_MODE: is none of'],
  ])('with %s cannot be used', (_, env, fault) => {
    expect(() => config.parse(env)).toThrow(fault)
  })

  test('shows none of its secrets', () => {
    const settings = config.parse({ POSTGRES_DSN: dsn, JWT_SECRET: secret, API_KEYS: 'a-service-key-of-1' })
    expect(JSON.stringify(settings)).not.toMatch(/pass|thirty|service-key/)
  })
})

describe('settings', () => {
  const development = {
    PLATFORM_DEV_USER_EMAIL: 'u@b.org',
    PLATFORM_DEV_USER_PASSWORD: 'long enough',
    PLATFORM_DEV_ADMIN_EMAIL: 'a@b.org',
    PLATFORM_DEV_ADMIN_PASSWORD: 'long enough',
  }

  test('make no account for trying out unless that is enabled', () => {
    expect(seedsOf(config.parse(development))).toEqual([])
    const seeds = seedsOf(config.parse({ ...development, PLATFORM_DEV_LOGIN_ENABLED: 'true' }))
    expect(seeds.map(({ email, role }) => [email, role])).toEqual([
      ['u@b.org', 'user'],
      ['a@b.org', 'admin'],
    ])
  })

  test('name engines and the platform by older names too', () => {
    expect(clickhouseUrl(config.parse({ CLICKHOUSE_ADDR: 'clickhouse:8123' }))?.href).toBe(
      'http://clickhouse:8123/',
    )
    expect(
      platformOf(
        config.parse({ MCP_PLATFORM_MODE: 'org', MCP_REGISTRY_ENDPOINT: 'https://registry.example/v2' }),
      ),
    ).toMatchObject({ mode: 'org', registryHost: 'registry.example' })
  })
})

test('the README has the table of variables', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(variablesTable(config.variables))
})
