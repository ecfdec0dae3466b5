import { createHmac } from 'node:crypto'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Asked, exchangeOf, policyOf } from '../contract-tests/exchange.ts'
import {
  createOAuthIssuer,
  issuerKey,
  type OAuthIssuer,
  signedBy,
  unsigned,
} from '../contract-tests/oauth-issuer.ts'
import type { Identify } from '../identify.ts'
import { type OAuthIdentityOptions, oauthIdentity } from './oauth-identity.ts'

const [first, second, rsa, ec] = [
  issuerKey('one'),
  issuerKey('two'),
  issuerKey('rsa', 'RS256'),
  issuerKey('ec', 'ES256'),
]
const resource = 'https://payments.example/mcp'

let now: number
let seconds: number
let issuer: OAuthIssuer
beforeEach(async () => {
  now = Date.parse('2026-06-01T12:00:00Z')
  seconds = Math.floor(now / 1000)
  issuer = await createOAuthIssuer([first, rsa, ec])
})
afterEach(() => issuer.close())

const claims = (change: object = {}): object => ({
  iss: issuer.issuer,
  aud: resource,
  sub: 'ada',
  azp: 'ops-agent',
  exp: seconds + 300,
  ...change,
})
const begin = (options: Partial<OAuthIdentityOptions> = {}): Identify =>
  oauthIdentity({ resource, issuer: issuer.issuer, cooldownMs: 0, clock: () => now, ...options })
const bearing = (token: string, asked: Asked = {}) =>
  exchangeOf({ ...asked, headers: { authorization: `Bearer ${token}`, ...asked.headers } })
const ask = async (identify: Identify, token: string, asked?: Asked, policy = policyOf()) =>
  identify(bearing(token, asked), policy)

const metadata = 'resource_metadata="https://payments.example/.well-known/oauth-protected-resource/mcp"'
const invalid = {
  ok: false,
  reason: 'invalid_token',
  challenge: `Bearer realm="mcp-runtime", ${metadata}, error="invalid_token"`,
}
const missing = {
  ok: false,
  reason: 'missing_bearer_token',
  challenge: `Bearer realm="mcp-runtime", ${metadata}`,
}

describe('a token that holds', () => {
  test.each([first, rsa, ec])('says who calls, and until when: by $alg', async (key) => {
    expect(await ask(begin(), signedBy(key, claims()))).toEqual({
      ok: true,
      caller: { human: 'ada', agent: 'ops-agent', team: undefined, session: undefined },
      expiresAt: now + 300_000,
    })
  })

  test.each<[object, object]>([
    [{ azp: undefined, client_id: 'other' }, { agent: 'other' }],
    [{ client_id: 'other' }, { agent: 'ops-agent' }],
    [{ azp: 7, client_id: 'other' }, { agent: 'other' }],
    [{ azp: undefined }, { agent: undefined }],
    [{ team_id: 'a', tenant_id: 'b', tid: 'c' }, { team: 'a' }],
    [{ tenant_id: 'b', tid: 'c' }, { team: 'b' }],
    [{ team_id: '', tid: 'c' }, { team: 'c' }],
    [{ sid: 's-1' }, { session: 's-1' }],
    [{ sub: ' ada ' }, { human: ' ada ' }],
  ])('with %j says %j', async (change, caller) => {
    expect(await ask(begin(), signedBy(first, claims(change)))).toMatchObject({ ok: true, caller })
  })

  test.each<[string, object, string | undefined]>([
    ['its own', { sid: 's-1' }, 's-1'],
    ['the header’s', {}, 's-2'],
  ])('has a session: %s', async (_, change, session) => {
    const headers = { 'X-MCP-Agent-Session': ' s-2 ', 'X-MCP-Human-ID': 'eve', 'X-MCP-Agent-ID': 'eve' }
    const identify = begin()
    const token = signedBy(first, claims(change))
    for (const _ of [1, 2])
      expect(await ask(identify, token, { headers })).toMatchObject({
        ok: true,
        caller: { human: 'ada', agent: 'ops-agent', session },
      })
    expect((await ask(identify, token)) as object).toMatchObject({
      caller: { session: 'sid' in change ? 's-1' : undefined },
    })
  })

  test('is of no use beside a session that is no name', async () => {
    const headers = { 'X-MCP-Agent-Session': 'a\0b' }
    expect(await ask(begin(), signedBy(first, claims()), { headers })).toMatchObject({
      reason: 'missing_identity',
    })
  })

  test.each<[string, unknown, boolean]>([
    ['the resource', resource, true],
    ['the resource among others', ['other', resource], true],
    ['the resource in other letters', 'HTTPS://Payments.Example:443/mcp', true],
    ['the resource with a slash', `${resource}/`, true],
    ['another path', 'https://payments.example/MCP', false],
    ['a part of it', 'https://payments.example/', false],
    ['more than it', `${resource}/admin`, false],
    ['it with a fragment', `${resource}#x`, false],
    ['it with a query', `${resource}?x=1`, false],
    ['it in the clear', 'http://payments.example/mcp', false],
    ['another', 'https://orders.example/mcp', false],
    ['others', ['https://orders.example/mcp', 'payments'], false],
    ['nobody', undefined, false],
    ['nobody at all', [], false],
    ['no text', [42, { a: 1 }, null], false],
  ])('is for %s', async (_, aud, holds) => {
    expect((await ask(begin(), signedBy(first, claims({ aud })))).ok).toBe(holds)
  })

  test('is for an audience that is no URL, to the letter', async () => {
    const identify = begin({ audience: 'payments' })
    expect((await ask(identify, signedBy(first, claims({ aud: 'payments' })))).ok).toBe(true)
    for (const aud of ['Payments', 'payments/', resource])
      expect((await ask(identify, signedBy(first, claims({ aud })))).ok).toBe(false)
  })
})

describe('a token that does not hold', () => {
  const forged = (header: object, signature: (text: string) => string) => {
    const text = unsigned(header, claims())
    return `${text}.${signature(text)}`
  }
  const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' })

  test.each<[string, () => string]>([
    ['of nobody’s signature', () => forged({ alg: 'none' }, () => '')],
    ['of nobody’s signature, in other letters', () => forged({ alg: 'nOnE', kid: 'one' }, () => '')],
    [
      'signed with the public key as a shared secret',
      () =>
        forged({ alg: 'HS256', kid: 'rsa' }, (text) =>
          createHmac('sha256', publicKey).update(text).digest('base64url'),
        ),
    ],
    [
      'signed by a key that it brings along',
      () => signedBy(second, claims(), { jwk: second.publicKey.export({ format: 'jwk' }), kid: undefined }),
    ],
    [
      'signed by a key that it points to',
      () => signedBy(second, claims(), { jku: 'http://127.0.0.1:1/jwks' }),
    ],
    ['signed by another under a known name', () => signedBy({ ...second, kid: 'one' }, claims())],
    ['signed by nobody that is known', () => signedBy(second, claims())],
    ['whose algorithm is not its key’s', () => signedBy(rsa, claims(), { alg: 'ES256' })],
    ['that must be understood and is not', () => signedBy(first, claims(), { crit: ['x'], x: 1 })],
    ['of another issuer', () => signedBy(first, claims({ iss: 'https://evil.example' }))],
    ['of an issuer with a slash more', () => signedBy(first, claims({ iss: `${issuer.issuer}/` }))],
    ['of no issuer', () => signedBy(first, claims({ iss: undefined }))],
    ['that is over', () => signedBy(first, claims({ exp: seconds - 60 }))],
    ['that never ends', () => signedBy(first, claims({ exp: undefined }))],
    ['whose end is no time', () => signedBy(first, claims({ exp: 'later' }))],
    ['that has not begun', () => signedBy(first, claims({ nbf: seconds + 60 }))],
    ['of nobody', () => signedBy(first, claims({ sub: undefined }))],
    ['of somebody whose name is none', () => signedBy(first, claims({ sub: 'ada\nadmin' }))],
    ['whose session is none', () => signedBy(first, claims({ sid: 'x'.repeat(2049) }))],
    ['that is none', () => 'nonsense'],
    ['of two', () => `${signedBy(first, claims())}, Bearer ${signedBy(first, claims())}`],
  ])('%s is refused', async (_, make) => {
    const identify = begin()
    for (const _ of [1, 2]) expect(await ask(identify, make())).toEqual(invalid)
  })

  test('for where it came is refused: in the query', async () => {
    const token = signedBy(first, claims())
    const identify = begin()
    expect(await ask(identify, token, { query: `access_token=${token}` })).toEqual(invalid)
    expect(await identify(exchangeOf({ query: `access_token=${token}` }), policyOf())).toEqual(invalid)
  })

  test('is none when it is not there', async () => {
    for (const headers of [{}, { authorization: 'Basic dTpw' }, { authorization: '' }])
      expect(await begin()(exchangeOf({ headers }), policyOf())).toEqual(missing)
  })
})

describe('a challenge', () => {
  const nothing = exchangeOf({ headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })

  test('names what is configured and nothing of the request', async () => {
    const identify = begin({
      metadataUrl: 'https://gateway.example/prm',
      realm: 'pay"ments\r\nSet-Cookie: x',
      scopes: ['mcp:tools', 'mcp:"all"'],
    })
    expect(await identify(nothing, policyOf())).toMatchObject({
      challenge:
        'Bearer realm="pay\\"mentsSet-Cookie: x", resource_metadata="https://gateway.example/prm", scope="mcp:tools mcp:\\"all\\""',
    })
  })

  test('is not made where no token could help', async () => {
    issuer.isAway = true
    expect(await ask(begin(), signedBy(first, claims()))).toEqual({
      ok: false,
      reason: 'oauth_provider_unavailable',
    })
    expect(await begin({ issuer: undefined })(nothing, policyOf())).toEqual({
      ok: false,
      reason: 'oauth_issuer_missing',
    })
  })
})

describe('the issuer', () => {
  test('is asked once for many', async () => {
    const identify = begin()
    const tokens = Array.from({ length: 10 }, (_, index) => signedBy(first, claims({ sub: `user-${index}` })))
    const all = await Promise.all(tokens.map((token) => ask(identify, token)))
    expect(all.every(({ ok }) => ok)).toBe(true)
    expect(issuer.asked).toEqual(['/.well-known/oauth-authorization-server', '/jwks'])
  })

  test('is not asked again for a token that is known, even while it is away', async () => {
    const identify = begin()
    const token = signedBy(first, claims())
    const verdict = await ask(identify, token)
    issuer.isAway = true
    expect(await ask(identify, token)).toBe(verdict)
    expect(issuer.asked).toHaveLength(2)
  })

  test('may rotate its keys', async () => {
    const identify = begin()
    expect((await ask(identify, signedBy(first, claims()))).ok).toBe(true)
    issuer.keys = [second]
    expect((await ask(identify, signedBy(second, claims()))).ok).toBe(true)
    expect(issuer.asked.filter((path) => path === '/jwks')).toHaveLength(2)
  })

  test('may be away and come back', async () => {
    issuer.isAway = true
    const identify = begin()
    const token = signedBy(first, claims())
    expect(await ask(identify, token)).toMatchObject({ reason: 'oauth_provider_unavailable' })
    issuer.isAway = false
    expect((await ask(identify, token)).ok).toBe(true)
    issuer.isAway = true
    expect(await ask(identify, signedBy(second, claims()))).toMatchObject({
      reason: 'oauth_provider_unavailable',
    })
    issuer.isAway = false
    issuer.keys = [first, second]
    expect((await ask(identify, signedBy(second, claims()))).ok).toBe(true)
  })

  test('is asked about a token again after a minute, so that a withdrawn key stops counting', async () => {
    const identify = begin({ jwksUrl: `${issuer.issuer}/jwks` })
    const token = signedBy(first, claims())
    const verdict = await ask(identify, token)
    now += 59_999
    expect(await ask(identify, token)).toBe(verdict)
    now += 1
    expect(await ask(identify, token)).not.toBe(verdict)
  })

  test('gives tokens that end, whatever is remembered of them', async () => {
    const identify = begin()
    const token = signedBy(first, claims({ exp: seconds + 30 }))
    expect((await ask(identify, token)).ok).toBe(true)
    now += 36_000
    expect(await ask(identify, token)).toEqual(invalid)
  })

  test('need not be asked where its keys are', async () => {
    const identify = begin({ issuer: 'https://issuer.example', jwksUrl: `${issuer.issuer}/jwks` })
    expect((await ask(identify, signedBy(first, claims({ iss: 'https://issuer.example' })))).ok).toBe(true)
    expect(await ask(identify, signedBy(first, claims()))).toEqual(invalid)
    expect(issuer.asked).toEqual(['/jwks'])
  })

  test('may have a path', async () => {
    const realm = await createOAuthIssuer([first], '/realms/red')
    const token = signedBy(first, claims({ iss: realm.issuer }))
    expect((await ask(begin({ issuer: realm.issuer }), token)).ok).toBe(true)
    await realm.close()
  })
})

describe('a policy in force', () => {
  const oauth = (change: PolicyDocument['auth'] = {}) =>
    policyOf({ mode: 'oauth', issuer_url: issuer.issuer, ...change })

  test('says whose tokens, for whom, and where they are', async () => {
    const identify = begin({ issuer: 'https://issuer.example', audience: 'other' })
    const token = signedBy(first, claims({ aud: 'payments' }))
    const policy = oauth({ audience: 'payments', token_header: 'X-Token', session_id_header: 'X-Session' })
    const headers = { 'x-token': token, authorization: 'Bearer nonsense', 'x-session': 's-1' }
    expect(await identify(exchangeOf({ headers }), policy)).toMatchObject({
      ok: true,
      caller: { human: 'ada', session: 's-1' },
    })
    expect(await ask(identify, token, {}, policy)).toMatchObject({ reason: 'missing_bearer_token' })
  })

  test('leaves the rest to the options', async () => {
    const identify = begin({ issuer: undefined, tokenHeader: 'X-Token' })
    const headers = { 'x-token': `Bearer ${signedBy(first, claims())}` }
    expect((await identify(exchangeOf({ headers }), oauth())).ok).toBe(true)
  })

  test('says nothing of tokens where it asks for none', async () => {
    const policy = policyOf({ mode: 'header', issuer_url: 'https://issuer.example', audience: 'other' })
    expect((await ask(begin(), signedBy(first, claims()), {}, policy)).ok).toBe(true)
  })

  test('that is another without another issuer forgets nothing', async () => {
    const identify = begin({ issuer: undefined })
    const token = signedBy(first, claims())
    const verdict = await ask(identify, token, {}, oauth())
    expect(await ask(identify, token, {}, oauth())).toBe(verdict)
  })

  test('that names another issuer knows the tokens of the first no more', async () => {
    const other = await createOAuthIssuer([second])
    const identify = begin({ issuer: undefined })
    const token = signedBy(first, claims())
    expect((await ask(identify, token, {}, oauth())).ok).toBe(true)
    const policy = oauth({ issuer_url: other.issuer })
    expect(await ask(identify, token, {}, policy)).toEqual(invalid)
    expect((await ask(identify, signedBy(second, claims({ iss: other.issuer })), {}, policy)).ok).toBe(true)
    await other.close()
  })

  test.each(['http://issuer.example', 'issuer', 'https://issuer.example/?x=1'])(
    'whose issuer cannot be asked lets nobody in: %s',
    async (issuer_url) => {
      const identify = begin({ issuer: undefined })
      expect(await ask(identify, signedBy(first, claims()), {}, oauth({ issuer_url }))).toEqual({
        ok: false,
        reason: 'oauth_config_missing',
      })
    },
  )
})

test.each<[string, Partial<OAuthIdentityOptions>]>([
  ['an issuer in the clear', { issuer: 'http://issuer.example' }],
  ['keys in the clear', { jwksUrl: 'http://issuer.example/jwks' }],
  ['keys at no URL', { jwksUrl: 'jwks' }],
  ['a resource that is no URL', { resource: 'payments' }],
])('options with %s are refused', (_, options) => {
  expect(() => oauthIdentity({ resource, ...options })).toThrow(TypeError)
})
