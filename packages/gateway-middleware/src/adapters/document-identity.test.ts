import type { PolicyDocument } from '@mcp-sentinel/policy'
import { expect, test } from 'vitest'
import { exchangeOf, policyOf } from '../contract-tests/exchange.ts'
import { createOAuthIssuer, issuerKey, signedBy } from '../contract-tests/oauth-issuer.ts'
import { documentIdentity } from './document-identity.ts'

const headers = { 'X-MCP-Agent-ID': 'ops-agent' }
const resource = 'https://payments.example/mcp'

test.each<[string, PolicyDocument['auth'], object]>([
  ['nothing', undefined, { ok: true, caller: { agent: 'ops-agent' } }],
  ['names of headers', { agent_id_header: 'x-other' }, { ok: true, caller: {} }],
  ['headers', { mode: 'header' }, { ok: true, caller: { agent: 'ops-agent' } }],
  ['nobody', { mode: 'none' }, { ok: true, caller: {} }],
  [
    'tokens',
    { mode: 'oauth', issuer_url: 'https://issuer.example' },
    { ok: false, reason: 'oauth_config_missing' },
  ],
  ['certificates', { mode: 'mtls', trust_domain: 'x' }, { ok: false, reason: 'missing_verified_identity' }],
  ['what nobody knows', { mode: 'magic' as never }, { ok: false, reason: 'missing_verified_identity' }],
])('a policy that asks for %s', async (_, auth, expected) => {
  expect(await documentIdentity()(exchangeOf({ headers }), policyOf(auth))).toEqual(expected)
})

test('the policy in force decides, from one request to the next', async () => {
  const key = issuerKey('one')
  const issuer = await createOAuthIssuer([key])
  const identify = documentIdentity({ header: { trust: { cidrs: [] } }, oauth: { resource } })
  const token = signedBy(key, {
    iss: issuer.issuer,
    aud: resource,
    sub: 'ada',
    exp: Math.floor(Date.now() / 1000) + 60,
  })
  const exchange = exchangeOf({ headers: { ...headers, authorization: `Bearer ${token}` } })
  const oauth = policyOf({ mode: 'oauth', issuer_url: issuer.issuer })
  expect(await identify(exchange, oauth)).toMatchObject({ caller: { human: 'ada', agent: undefined } })
  expect(await identify(exchange, policyOf({ mode: 'header' }))).toEqual({ ok: true, caller: {} })
  expect(await identify(exchangeOf({ headers }), oauth)).toMatchObject({ reason: 'missing_bearer_token' })
  await issuer.close()
})
