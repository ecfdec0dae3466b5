import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { createAdapterAssertions } from './adapter-assertion.ts'
import { createCallerStatements } from './caller-statement.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const signer = { kid: 'g1', privateKey, issuer: 'gateway' }
const audience = 'mcp-servers/payments'
const caller = { human: 'alice', agent: 'reader' }

test('a server can verify who calls, with any library and the public key', async () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  const statement = createCallerStatements({ signer, audience, clock: () => now })(caller)
  const { payload, protectedHeader } = await jwtVerify(statement, publicKey, {
    algorithms: ['EdDSA'],
    issuer: 'gateway',
    audience,
    typ: 'mcp-caller+jwt',
    currentDate: new Date(now),
  })
  expect(protectedHeader.kid).toBe('g1')
  expect(payload).toMatchObject({ ...caller, exp: (payload.iat as number) + 60 })
  expect(payload).not.toHaveProperty('team')
})

test('it is made once for a caller, and anew before it ends', () => {
  let now = 1_000_000
  const state = createCallerStatements({ signer, audience, clock: () => now })
  const first = state(caller)
  now += 29_999
  expect(state(caller)).toBe(first)
  expect(state({ human: 'bob' })).not.toBe(first)
  now += 1
  expect(state(caller)).not.toBe(first)
})

test('no gateway takes it for what an adapter says', async () => {
  const clock = Date.now
  const statement = createCallerStatements({ signer, audience, clock })(caller)
  const assertions = createAdapterAssertions({
    publicKeys: new Map([['g1', publicKey]]),
    issuer: 'gateway',
    audience,
    clock,
  })
  expect(await assertions.authenticate(statement)).toMatchObject({ ok: false, code: 'invalid_credential' })
})
