import { expect, test } from 'vitest'
import { type AuthInfo, authInfoIdentity } from '../adapters/auth-info-identity.ts'
import { headerIdentity } from '../adapters/header-identity.ts'
import { createGateway } from '../gateway.ts'
import type { Identify } from '../identify.ts'
import { staticPolicy } from '../static-policy.ts'
import { type FetchOptions, guardFetch } from './fetch.ts'

const policy = staticPolicy({
  server: { name: 's' },
  tools: [{ name: 'add', side_effect: 'read' }],
  grants: [{ name: 'g', human_id: 'alice', allowed_side_effects: ['read'] }],
})

const ask = () =>
  new Request('http://server/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mcp-human-id': 'alice' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } }),
  })

const guardBy = (identify: Identify) => createGateway({ policy, identify, record: () => {}, denial: 'http' })

const call = async (options?: FetchOptions): Promise<number> => {
  const guarded = guardFetch(await guardBy(headerIdentity()), () => new Response('{}'), options)
  return (await guarded(ask())).status
}

test('whoever comes from nobody knows where is not believed who they say they are', async () => {
  expect(await call()).toBe(401)
  expect(await call({ peerOf: () => '203.0.113.9' })).toBe(401)
  expect(await call({ peerOf: () => '127.0.0.1' })).toBe(200)
})

test('who was authenticated before, and is told to the handler beside the request, is told to us', async () => {
  const gateway = await guardBy(authInfoIdentity(({ clientId }) => ({ human: clientId })))
  const handler = (_: Request, options?: { readonly authInfo?: AuthInfo }) =>
    new Response(options?.authInfo?.clientId)
  const guarded = guardFetch(gateway, handler)
  const authInfo = { token: 't', clientId: 'alice', scopes: [] }
  expect(await (await guarded(ask(), { authInfo })).text()).toBe('alice')
  expect((await guarded(ask(), { authInfo: { ...authInfo, clientId: 'mallory' } })).status).toBe(403)
  expect((await guarded(ask())).status).toBe(401)
})

test('the handler, and whoever has a copy of its request, hears that the client went away', async () => {
  const gone = new AbortController()
  const answered = Promise.withResolvers<Response>()
  const given = Promise.withResolvers<Request>()
  const handler = (request: Request) => {
    given.resolve(request)
    return answered.promise
  }
  const guarded = guardFetch(await guardBy(headerIdentity()), handler, { peerOf: () => '127.0.0.1' })
  const response = guarded(new Request(ask(), { signal: gone.signal }))
  const request = await given.promise
  const copy = request.clone()
  expect([request, copy, copy.clone()].map(({ signal }) => signal.aborted)).toEqual([false, false, false])
  gone.abort()
  expect([request, copy, copy.clone()].map(({ signal }) => signal.aborted)).toEqual([true, true, true])
  expect(await copy.json()).toEqual(await request.json())
  answered.resolve(new Response('{}'))
  await expect((await response).text()).rejects.toThrow()
})
