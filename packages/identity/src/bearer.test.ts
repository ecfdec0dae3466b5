import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createServerTokens, mintServerToken } from './assertion.ts'
import { type BearerOptions, createBearer, tokenCharsMax } from './bearer.ts'
import { createRemoteKeys } from './jwks.ts'

interface Pair {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
const pairOf = (kid: string): Pair => ({ kid, ...generateKeyPairSync('ed25519') })
const [first, second] = [pairOf('one'), pairOf('two')]

/** An issuer on loopback: what it publishes can change, and it can be away. */
let published: readonly Pair[]
let isAway: boolean
let fetches: number
let issuer: Server
let url: URL
beforeEach(async () => {
  published = [first]
  isAway = false
  fetches = 0
  issuer = createServer(async (_, response) => {
    fetches++
    if (isAway) {
      response.writeHead(503).end()
      return
    }
    const keys = await Promise.all(
      published.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' })),
    )
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`)
})
afterEach(() => new Promise<void>((resolve) => void issuer.close(() => resolve())))

let now = Date.parse('2026-06-01T12:00:00Z')
const clock = () => now
const seconds = () => Math.floor(now / 1000)

interface Claims {
  readonly iss?: string
  readonly aud?: string | readonly string[]
  readonly sub?: string
  readonly exp?: number | undefined
  readonly nbf?: number
}
const tokenBy = ({ kid, privateKey }: Pair, claims: Claims = {}): Promise<string> =>
  new SignJWT({
    iss: 'https://issuer',
    aud: 'sentinel',
    sub: 'user-1',
    exp: seconds() + 300,
    ...claims,
  } as never)
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .sign(privateKey)
const bearer = (options: Partial<BearerOptions> = {}) =>
  createBearer({
    keys: createRemoteKeys({ url, cooldownMs: 0 }),
    audience: 'sentinel',
    issuer: 'https://issuer',
    clock,
    ...options,
  })

describe('a bearer token', () => {
  test('that holds proves its subject', async () => {
    expect(await bearer().authenticate(await tokenBy(first))).toMatchObject({
      ok: true,
      principal: { kind: 'bearer', keyId: 'https://issuer#user-1', subject: 'user-1' },
    })
  })

  test.each<[string, Claims]>([
    ['for somebody else', { aud: 'other' }],
    ['for nobody', { aud: undefined as never }],
    ['of another issuer', { iss: 'https://evil' }],
    ['that is over', { exp: seconds() - 60 }],
    ['that never ends', { exp: undefined }],
    ['that has not begun', { nbf: seconds() + 60 }],
    ['of nobody', { sub: '' }],
  ])('%s does not hold', async (_, claims) => {
    expect(await bearer().authenticate(await tokenBy(first, claims))).toMatchObject({
      ok: false,
      code: 'invalid_credential',
    })
  })

  const forged = async (header: object, signature: (signed: string) => string): Promise<string> => {
    const [, payload] = (await tokenBy(first)).split('.')
    const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`
    return `${signed}.${signature(signed)}`
  }

  test.each<[string, () => Promise<string>]>([
    ['signed by nobody', () => forged({ alg: 'none', kid: 'one' }, () => '')],
    [
      'signed with the public key as a shared secret',
      async () => {
        const secret = await exportSPKI(first.publicKey as never)
        return forged({ alg: 'HS256', kid: 'one' }, (signed) =>
          createHmac('sha256', secret).update(signed).digest('base64url'),
        )
      },
    ],
    [
      'signed by a key that its header brings along',
      async () => forged({ alg: 'EdDSA', jwk: await exportJWK(second.publicKey) }, () => 'AAAA'),
    ],
    ['signed by another under a known name', async () => tokenBy({ ...second, kid: 'one' })],
    ['of an unknown key', async () => tokenBy(second)],
    [
      'with one character changed',
      async () => (await tokenBy(first)).replace(/.(?=\.[^.]*$)/, (char) => (char === 'A' ? 'B' : 'A')),
    ],
    ['that is none', async () => 'not-a-token'],
    ['without end', async () => 'x'.repeat(tokenCharsMax + 1)],
  ])('%s does not hold', async (_, make) => {
    expect(await bearer().authenticate(await make())).toMatchObject({ ok: false, code: 'invalid_credential' })
  })

  test('that is not there is missing', async () => {
    for (const nothing of [undefined, ''])
      expect(await bearer().authenticate(nothing)).toMatchObject({ code: 'missing_credential' })
  })
})

describe('whom a token is for', () => {
  const audience = (one: string) => one.toLowerCase() === 'https://sentinel/mcp'

  test.each<[string | readonly string[], boolean]>([
    ['HTTPS://Sentinel/mcp', true],
    [['other', 'https://sentinel/mcp'], true],
    [['other', 'more'], false],
    ['other', false],
    [[], false],
    [[42, null] as never, false],
    [undefined as never, false],
  ])('may be judged: %j, %j', async (aud, ok) => {
    expect((await bearer({ audience }).authenticate(await tokenBy(first, { aud }))).ok).toBe(ok)
  })

  test('may be one of many', async () => {
    expect((await bearer().authenticate(await tokenBy(first, { aud: ['other', 'sentinel'] }))).ok).toBe(true)
  })
})

describe('keys', () => {
  test('are fetched once, however many wait', async () => {
    const one = bearer()
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, i) => tokenBy(first, { sub: `user-${i}` })),
    )
    const all = await Promise.all(tokens.map((token) => one.authenticate(token)))
    expect(all.every(({ ok }) => ok)).toBe(true)
    expect(fetches).toBe(1)
  })

  test('that rotate are looked for again', async () => {
    const one = bearer()
    expect((await one.authenticate(await tokenBy(first))).ok).toBe(true)
    published = [first, second]
    expect((await one.authenticate(await tokenBy(second))).ok).toBe(true)
    expect(fetches).toBe(2)
  })

  test('that nobody has are not looked for at every try', async () => {
    const one = bearer({ keys: createRemoteKeys({ url, cooldownMs: 60_000 }) })
    for (let i = 0; i < 10; i++) await one.authenticate(await tokenBy(pairOf(`unknown-${i}`)))
    expect(fetches).toBe(1)
  })

  test('that cannot be had are the issuer’s fault, and worth another try', async () => {
    isAway = true
    const one = bearer()
    const token = await tokenBy(first)
    expect(await one.authenticate(token)).toMatchObject({ ok: false, code: 'provider_unavailable' })
    isAway = false
    expect((await one.authenticate(token)).ok).toBe(true)
  })
})

describe('a verdict', () => {
  test('says when it ends', async () => {
    const exp = seconds() + 300
    expect(await bearer().authenticate(await tokenBy(first, { exp }))).toMatchObject({
      expiresAt: exp * 1000,
    })
  })

  test('is given again without asking the issuer, until the token ends', async () => {
    const one = bearer({ keys: createRemoteKeys({ url, maxAgeMs: 0 }) })
    const token = await tokenBy(first, { exp: seconds() + 30 })
    const verdict = await one.authenticate(token)
    expect(await one.authenticate(token)).toBe(verdict)
    now += 36_000
    expect(await one.authenticate(token)).toMatchObject({ ok: false, code: 'invalid_credential' })
  })

  test('is made anew after a while, so that a withdrawn key stops counting', async () => {
    const one = bearer({ keys: createRemoteKeys({ url, maxAgeMs: 0, cooldownMs: 0 }), cacheMs: 1000 })
    const token = await tokenBy(first)
    expect((await one.authenticate(token)).ok).toBe(true)
    published = [second]
    expect((await one.authenticate(token)).ok).toBe(true)
    now += 1000
    expect((await one.authenticate(token)).ok).toBe(false)
  })

  test('does not make memory grow without end', async () => {
    const one = bearer({ cacheEntriesMax: 2 })
    const tokens = await Promise.all([1, 2, 3].map((n) => tokenBy(first, { sub: `user-${n}` })))
    const verdicts = []
    for (const token of tokens) verdicts.push(await one.authenticate(token))
    expect(await one.authenticate(tokens[2])).toBe(verdicts[2])
    expect(await one.authenticate(tokens[1])).toBe(verdicts[1])
    expect(await one.authenticate(tokens[0])).not.toBe(verdicts[0])
  })
})

describe('a server token', () => {
  const signer = { kid: first.kid, privateKey: first.privateKey, issuer: 'sentinel-operator' }
  const options = {
    signer,
    audience: 'ingest',
    binding: { namespace: 'mcp-servers', server: 'payments' },
    ttlS: 300,
  }
  const tokens = (publicKeys = new Map([[first.kid, first.publicKey]])) =>
    createServerTokens({ publicKeys, issuer: 'sentinel-operator', audience: 'ingest', clock })

  test('binds its bearer to one server', async () => {
    const token = await mintServerToken({ ...options, now })
    expect(await tokens().authenticate(token)).toEqual({
      ok: true,
      principal: {
        kind: 'server',
        keyId: 'sentinel-operator#mcp-servers/payments',
        binding: { namespace: 'mcp-servers', server: 'payments' },
      },
      expiresAt: seconds() * 1000 + 300_000,
    })
  })

  test.each<[string, Partial<typeof options>, number]>([
    ['for another audience', { audience: 'policy' }, 0],
    ['of another issuer', { signer: { ...signer, issuer: 'somebody' } }, 0],
    ['by a key that nobody knows', { signer: { ...signer, kid: 'other', privateKey: second.privateKey } }, 0],
    ['by another key under a known name', { signer: { ...signer, privateKey: second.privateKey } }, 0],
    ['that is over', {}, 400_000],
    ['for a server whose name is none', { binding: { namespace: 'a/b', server: 'payments' } }, 0],
    ['for a server without a name', { binding: { namespace: 'mcp-servers', server: '' } }, 0],
  ])('%s does not hold', async (_, change, laterMs) => {
    const token = await mintServerToken({ ...options, ...change, now: now - laterMs })
    expect(await tokens().authenticate(token)).toMatchObject({ ok: false, code: 'invalid_credential' })
  })
})
