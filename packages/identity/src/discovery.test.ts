import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDiscoveredKeys, metadataUrls } from './discovery.ts'

const { publicKey, privateKey } = await generateKeyPair('ES256')
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }

/** An issuer on loopback, which answers what a test gives it, by path, and else 404. */
let pages: Map<string, (response: ServerResponse) => void>
let asked: string[]
let http: Server
let origin: string
beforeEach(async () => {
  asked = []
  http = createServer((request, response) => {
    asked.push(request.url ?? '')
    const page = pages.get(request.url ?? '')
    if (page === undefined) response.writeHead(404).end('{}')
    else page(response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  pages = new Map([['/jwks', json(jwks)]])
})
afterEach(() => {
  http.closeAllConnections()
  return new Promise<void>((resolve) => void http.close(() => resolve()))
})
const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value))

let now = Date.parse('2026-06-01T12:00:00Z')
const clock = () => now
const token = await new SignJWT({ sub: 'ada' })
  .setProtectedHeader({ alg: 'ES256', kid: 'one' })
  .sign(privateKey)
const keysOf = (issuer: string) => createDiscoveredKeys({ issuer, clock, cooldownMs: 1000, timeoutMs: 2000 })
const verify = (keys: ReturnType<typeof keysOf>) => jwtVerify(token, keys)

test.each([
  [
    'https://issuer.example',
    [
      'https://issuer.example/.well-known/oauth-authorization-server',
      'https://issuer.example/.well-known/openid-configuration',
    ],
  ],
  [
    'https://issuer.example/',
    [
      'https://issuer.example/.well-known/oauth-authorization-server',
      'https://issuer.example/.well-known/openid-configuration',
    ],
  ],
  [
    'https://issuer.example/realms/red',
    [
      'https://issuer.example/realms/red/.well-known/oauth-authorization-server',
      'https://issuer.example/realms/red/.well-known/openid-configuration',
      'https://issuer.example/.well-known/oauth-authorization-server/realms/red',
      'https://issuer.example/.well-known/openid-configuration/realms/red',
    ],
  ],
])('metadata of %s is looked for in order', (issuer, urls) => expect(metadataUrls(issuer)).toEqual(urls))

test.each([
  'http://issuer.example',
  'issuer.example',
  '',
  'https://issuer.example/?a=b',
  'https://issuer.example/#a',
])('%j is no issuer', (issuer) => expect(() => keysOf(issuer)).toThrow(TypeError))

describe('keys', () => {
  test.each([0, 1, 2, 3])('are found by the metadata at place %i', async (index) => {
    const issuer = `${origin}/realms/red`
    const place = new URL(metadataUrls(issuer)[index] as string).pathname
    pages.set(place, json({ issuer, jwks_uri: `${origin}/jwks` }))
    const keys = keysOf(issuer)
    expect((await verify(keys)).payload.sub).toBe('ada')
    await verify(keys)
    expect(asked).toEqual([
      ...metadataUrls(issuer)
        .slice(0, index + 1)
        .map((url) => new URL(url).pathname),
      '/jwks',
    ])
  })

  test('are looked for once, however many wait', async () => {
    pages.set('/.well-known/oauth-authorization-server', json({ issuer: origin, jwks_uri: `${origin}/jwks` }))
    const keys = keysOf(origin)
    await Promise.all(Array.from({ length: 10 }, () => verify(keys)))
    expect(asked).toEqual(['/.well-known/oauth-authorization-server', '/jwks'])
  })

  test('are looked for elsewhere when the issuer has moved them, and kept while it is away', async () => {
    const page = '/.well-known/oauth-authorization-server'
    pages.set(page, json({ issuer: origin, jwks_uri: `${origin}/jwks` }))
    const keys = keysOf(origin)
    await verify(keys)
    now += 3_600_000
    pages.delete(page)
    await verify(keys)
    await vi.waitFor(() => expect(asked.at(-1)).toBe('/.well-known/openid-configuration'))
    await verify(keys)
    pages.set(page, json({ issuer: origin, jwks_uri: `${origin}/new` }))
    pages.set('/new', json(jwks))
    await vi.waitFor(async () => {
      now += 1000
      await verify(keys)
      expect(asked.at(-1)).toBe('/new')
    })
  })

  test.each<[string, (response: ServerResponse) => void]>([
    [
      'speaks for another issuer',
      (response) => json({ issuer: `${origin}/other`, jwks_uri: `${origin}/jwks` })(response),
    ],
    ['speaks for nobody', (response) => json({ jwks_uri: `${origin}/jwks` })(response)],
    ['names no keys', (response) => json({ issuer: origin })(response)],
    [
      'names keys that come in the clear',
      (response) => json({ issuer: origin, jwks_uri: 'http://issuer.example/jwks' })(response),
    ],
    ['names a file', (response) => json({ issuer: origin, jwks_uri: 'file:///etc/passwd' })(response)],
    ['is none', (response) => void response.end('<html>')],
    ['is null', json(null)],
    ['is elsewhere', (response) => void response.writeHead(302, { location: '/moved' }).end()],
    ['fails', (response) => void response.writeHead(500).end()],
    ['never ends', (response) => void response.write(' '.repeat(300 * 1024))],
    ['breaks off', (response) => void response.destroy()],
  ])('are not had from metadata that %s', async (_, page) => {
    pages.set('/moved', json({ issuer: origin, jwks_uri: `${origin}/jwks` }))
    pages.set('/.well-known/oauth-authorization-server', page)
    await expect(verify(keysOf(origin))).rejects.toThrow(/the metadata of .* could not be had/)
    expect(asked).toEqual(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])
  })

  test('are not waited for where the issuer says nothing, at one place or another', async () => {
    pages.set('/.well-known/oauth-authorization-server', () => {})
    pages.set('/.well-known/openid-configuration', () => {})
    const keys = createDiscoveredKeys({ issuer: origin, clock, timeoutMs: 50 })
    await expect(verify(keys)).rejects.toThrow(/could not be had/)
  })

  test('are not looked for at every try while the issuer is away', async () => {
    const keys = keysOf(origin)
    for (let i = 0; i < 5; i++) await expect(verify(keys)).rejects.toThrow(/could not be had/)
    expect(asked).toHaveLength(2)
    pages.set('/.well-known/openid-configuration', json({ issuer: origin, jwks_uri: `${origin}/jwks` }))
    now += 1000
    await verify(keys)
  })
})
