import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createAdapterAssertions, mintAdapterAssertion } from './adapter-assertion.ts'
import { createServerTokens, mintServerToken, type Signer } from './assertion.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const seconds = Math.floor(now / 1000)
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const signer: Signer = { kid: 'one', privateKey, issuer: 'adapters' }
const caller = { human: 'ada', agent: 'ops-agent', team: 'red', session: 's-1' }
const whole = { signer, audience: 'payments', caller, ttlS: 60, now }

const assertions = createAdapterAssertions({
  publicKeys: new Map([['one', publicKey]]),
  issuer: 'adapters',
  audience: 'payments',
  clock: () => now,
})

test.each([caller, { agent: 'ops-agent' }])('says who calls: %j', async (one) => {
  const token = await mintAdapterAssertion({ ...whole, caller: one })
  expect(await assertions.authenticate(token)).toEqual({
    ok: true,
    principal: { kind: 'adapter', keyId: 'adapters', caller: one },
    expiresAt: now + 60_000,
  })
})

const signed = (claims: object, header: object = {}) =>
  new SignJWT({ iss: 'adapters', aud: 'payments', iat: seconds, exp: seconds + 60, agent: 'a', ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ: 'mcp-adapter+jwt', ...header })
    .sign(privateKey)
const other = generateKeyPairSync('ed25519').privateKey

test.each<[string, () => Promise<string>]>([
  ['for another server', () => mintAdapterAssertion({ ...whole, audience: 'orders' })],
  ['of another issuer', () => signed({ iss: 'somebody' })],
  ['by another key', () => mintAdapterAssertion({ ...whole, signer: { ...signer, privateKey: other } })],
  ['by an unknown key', () => mintAdapterAssertion({ ...whole, signer: { ...signer, kid: 'two' } })],
  ['that is over', () => mintAdapterAssertion({ ...whole, now: now - 120_000 })],
  ['that was made long ago, whatever end it gives itself', () => signed({ iat: seconds - 400 })],
  ['that will be made later', () => signed({ iat: seconds + 60, exp: seconds + 120 })],
  ['that does not say when it was made', () => signed({ iat: undefined })],
  ['of nobody', () => mintAdapterAssertion({ ...whole, caller: {} })],
  ['of somebody without a name', () => signed({ human: '' })],
  ['of somebody whose name is no text', () => signed({ human: ['ada'] })],
  ['of another kind', () => signed({}, { typ: 'JWT' })],
  [
    'that is a server token',
    () => mintServerToken({ ...whole, binding: { namespace: 'mcp-servers', server: 'payments' } }),
  ],
])('does not count %s', async (_, make) => {
  expect(await assertions.authenticate(await make())).toMatchObject({ ok: false, code: 'invalid_credential' })
})

test('is no server token', async () => {
  const tokens = createServerTokens({
    publicKeys: new Map([['one', publicKey]]),
    issuer: 'adapters',
    audience: 'payments',
    clock: () => now,
  })
  expect((await tokens.authenticate(await mintAdapterAssertion(whole))).ok).toBe(false)
})

test('ends when it is too old, though it says later', async () => {
  const token = await signed({ iat: seconds - 200, exp: seconds + 1000 })
  expect(await assertions.authenticate(token)).toMatchObject({ ok: true, expiresAt: now + 100_000 })
})
