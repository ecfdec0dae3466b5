import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@mcp-sentinel/service'
import { expect, onTestFinished, test } from 'vitest'
import { createPlatformTokens, platformTokenS } from './authentication/platform-tokens.ts'
import { config } from './config.ts'
import { openEntrance, openSigner } from './open-entrance.ts'

const clock = () => 1_780_000_000_000
const log = createLogger({ service: 'api-test', level: 'silent' })
const [one, another] = ['one-secret-of-at-least-32-characters', 'another-secret-of-at-least-32-characters']

const tokensWith = async (env: Record<string, string>, now = clock) =>
  createPlatformTokens({ signer: await openSigner(config.parse(env)), clock: now })

const keyFile = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'api-key-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'key.pem')
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  return path
}

test('replicas with one secret take each other’s tokens, by whichever name they have it, and no other', async () => {
  const token = (await tokensWith({ PLATFORM_JWT_SECRET: one })).mint('user', 'login')
  for (const env of [{ PLATFORM_JWT_SECRET: one }, { JWT_SECRET: one }])
    expect(await (await tokensWith(env)).verify(token)).toBe('login')
  for (const env of [{ PLATFORM_JWT_SECRET: another }, {}, { PLATFORM_SIGNING_KEY_FILE: await keyFile() }])
    expect(await (await tokensWith(env)).verify(token)).toBe(undefined)
})

test('replicas with one key take each other’s tokens, for as long as they last', async () => {
  const env = { PLATFORM_SIGNING_KEY_FILE: await keyFile() }
  const token = (await tokensWith(env)).mint('user', 'login')
  expect(await (await tokensWith(env)).verify(token)).toBe('login')
  const later = (ms: number) => tokensWith(env, () => clock() + ms)
  expect(await (await later(platformTokenS * 1000 - 1)).verify(token)).toBe('login')
  expect(await (await later(platformTokenS * 1000)).verify(token)).toBe(undefined)
})

test('each process without either has a key of its own', async () => {
  const token = (await tokensWith({})).mint('user', 'login')
  expect(await (await tokensWith({})).verify(token)).toBe(undefined)
})

const [key, admin] = ['a-service-key-of-a-user', 'a-service-key-of-an-admin']
test.each<[string, Record<string, string>, string, string | undefined]>([
  ['a key', {}, key, 'user'],
  ['an admin key', { ADMIN_API_KEYS: admin }, admin, 'admin'],
  ['a key beside an admin key', { ADMIN_API_KEYS: admin }, key, 'user'],
  ['a key by the fallback', { MCP_LEGACY_ADMIN_API_KEY_FALLBACK: 'true' }, key, 'admin'],
  ['a key by the older name of the fallback', { LEGACY_ADMIN_API_KEY_FALLBACK: 'true' }, key, 'admin'],
  [
    'a key by the fallback, beside an admin key',
    { ADMIN_API_KEYS: admin, LEGACY_ADMIN_API_KEY_FALLBACK: 'true' },
    key,
    'user',
  ],
  ['a key that is not listed', {}, 'a-service-key-of-nobody', undefined],
])('%s', async (_, env, presented, role) => {
  const warned: unknown[] = []
  const settings = config.parse({ API_KEYS: `${key},${admin}`, ...env })
  const loud = Object.assign(Object.create(log) as typeof log, { warn: (line: unknown) => warned.push(line) })
  const { serviceKeys } = openEntrance(settings, await openSigner(settings), undefined, loud)
  expect(serviceKeys?.callerOf(presented)?.role).toBe(role)
  expect(warned).toHaveLength(Object.keys(env).some((name) => name.includes('FALLBACK')) ? 1 : 0)
})

test('nobody’s names are known beside those of the keys', async () => {
  const settings = config.parse({ API_KEYS: key })
  const { serviceKeys } = openEntrance(settings, await openSigner(settings), undefined, log)
  const keyId = serviceKeys?.callerOf(key)?.keyId ?? ''
  expect(keyId).not.toContain(key)
  expect(serviceKeys?.callerNamed(keyId)?.role).toBe('user')
  expect(serviceKeys?.callerNamed('')).toBe(undefined)
})
