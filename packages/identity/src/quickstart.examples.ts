//#region keys
import { createApiKeys } from '@mcp-sentinel/identity'

const keys = createApiKeys(['k-4f1d0a7e55c94b0e'])
const known = keys.authenticate('k-4f1d0a7e55c94b0e') // { ok: true, principal: { kind: 'api-key', keyId: 'key-…' } }
const unknown = keys.authenticate('k-0000000000000000') // { ok: false, code: 'invalid_credential' }

//#endregion

//#region tokens
import { generateKeyPairSync } from 'node:crypto'
import { createServerTokens, mintServerToken } from '@mcp-sentinel/identity'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const token = await mintServerToken({
  signer: { kid: '2026-06', privateKey, issuer: 'operator' },
  audience: 'ingest',
  binding: { namespace: 'mcp-servers', server: 'payments' },
  ttlS: 3600,
  now: Date.now(),
})

const tokens = createServerTokens({
  publicKeys: new Map([['2026-06', publicKey]]),
  issuer: 'operator',
  audience: 'ingest',
  clock: Date.now,
})
const bearer = await tokens.authenticate(token) // principal: { kind: 'server', binding: { … } }

//#endregion

export { bearer, known, unknown }
