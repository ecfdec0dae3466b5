import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintServerToken } from '@mcp-sentinel/identity'
import { expect, onTestFinished, test } from 'vitest'
import { config } from './config.ts'
import { openCredentials } from './credentials.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const mint = (
  change: { readonly kid?: string; readonly issuer?: string; readonly audience?: string } = {},
) => {
  const { kid = 'k1', issuer = 'mcp-sentinel', audience = 'mcp-sentinel-ingest' } = change
  const binding = { namespace: 'mcp-servers', server: 'payments' }
  return mintServerToken({
    signer: { kid, privateKey, issuer },
    audience,
    binding,
    ttlS: 60,
    now: Date.now(),
  })
}

const authenticateWith = async (env: Record<string, string>) => {
  const directory = await mkdtemp(join(tmpdir(), 'ingest-keys-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'keys.json')
  await writeFile(path, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] }))
  return openCredentials(config.parse({ LOG_DIRECTORY: directory, INGEST_TOKEN_KEYS: path, ...env }))
}

test('server-bound tokens are verified by the keys of a file', async () => {
  const authenticate = await authenticateWith({})
  const verdict = async (token: string) =>
    (await authenticate({ apiKey: undefined, authorization: `Bearer ${token}` })).ok
  expect(await verdict(await mint())).toBe(true)
  expect(await verdict(await mint({ kid: 'k2' }))).toBe(false)
  expect(await verdict(await mint({ issuer: 'somebody' }))).toBe(false)
  expect(await verdict(await mint({ audience: 'policy' }))).toBe(false)
})

test('an issuer that is away does not keep server-bound tokens and keys from being known', async () => {
  const key = 'a-key-that-nobody-guesses'
  const authenticate = await authenticateWith({
    OIDC_JWKS_URL: 'http://127.0.0.1:1/jwks',
    OIDC_AUDIENCE: 'ingest',
    INGEST_API_KEYS: key,
  })
  const of = async (authorization?: string, apiKey?: string) => authenticate({ apiKey, authorization })
  expect(await of(`Bearer ${await mint()}`)).toMatchObject({ ok: true, principal: { kind: 'server' } })
  expect(await of(undefined, key)).toMatchObject({ ok: true, principal: { kind: 'api-key' } })
  expect(await of(`Bearer ${await mint({ kid: 'k2' })}`)).toMatchObject({ code: 'provider_unavailable' })
})
