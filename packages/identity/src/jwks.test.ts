import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { createRemoteKeys } from './jwks.ts'

const { publicKey, privateKey } = await generateKeyPair('ES256')
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }
const tokenOf = (kid: string): Promise<string> =>
  new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)

const good = (response: ServerResponse) => void response.end(JSON.stringify(jwks))
const cooldownMs = 60_000

/** An issuer whose answers can be changed, the clock that its keys go by, and how often it was asked. */
const stage = async (first: (response: ServerResponse) => void) => {
  let answer = first
  let asked = 0
  let now = 0
  const server = createServer((_, response) => {
    asked++
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
  const keys: JWTVerifyGetKey = createRemoteKeys({ url, cooldownMs, timeoutMs: 10_000, clock: () => now })
  return {
    verify: async (kid = 'one') => (await jwtVerify(await tokenOf(kid), keys)).payload.sub,
    asked: () => asked,
    becomes: (next: (response: ServerResponse) => void) => {
      answer = next
    },
    wait: (ms: number) => {
      now += ms
    },
  }
}

test.each<[string, (response: ServerResponse) => void]>([
  ['answers 503', (response) => void response.writeHead(503).end()],
  ['breaks off', (response) => void response.destroy()],
  ['answers what is no JSON', (response) => void response.end('<html>')],
  ['answers JSON that holds no keys', (response) => void response.end('{}')],
  ['answers without an end', (response) => void response.end(' '.repeat(300 * 1024))],
])('an issuer that %s is left alone for a while, and asked again then', async (_, fails) => {
  const { verify, asked, becomes, wait } = await stage(fails)
  const first = await Promise.allSettled(Array.from({ length: 20 }, () => verify()))
  expect(first.every(({ status }) => status === 'rejected')).toBe(true)
  expect(asked()).toBe(1)
  becomes(good)
  wait(cooldownMs - 1)
  await expect(verify()).rejects.toThrow()
  expect(asked()).toBe(1)
  wait(1)
  expect(await Promise.all([verify(), verify()])).toEqual(['ada', 'ada'])
  expect(asked()).toBe(2)
})

test('while it is away, tokens of known keys go on being good', async () => {
  const { verify, asked, becomes } = await stage(good)
  expect(await verify()).toBe('ada')
  becomes((response) => void response.destroy())
  await expect(verify('two')).rejects.toThrow()
  await expect(verify('two')).rejects.toThrow()
  expect(await verify()).toBe('ada')
  expect(asked()).toBeLessThanOrEqual(2)
})
