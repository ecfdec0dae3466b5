import { expect, test } from 'vitest'
import { headerIdentity } from '../adapters/header-identity.ts'
import { createGateway } from '../gateway.ts'
import { staticPolicy } from '../static-policy.ts'
import { type FetchOptions, guardFetch } from './fetch.ts'

const policy = staticPolicy({
  server: { name: 's' },
  tools: [{ name: 'add', side_effect: 'read' }],
  grants: [{ name: 'g', human_id: 'alice', allowed_side_effects: ['read'] }],
})

const call = async (options?: FetchOptions): Promise<number> => {
  const gateway = await createGateway({
    policy,
    identify: headerIdentity(),
    record: () => {},
    denial: 'http',
  })
  const guarded = guardFetch(gateway, () => new Response('{}'), options)
  const response = await guarded(
    new Request('http://server/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mcp-human-id': 'alice' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } }),
    }),
  )
  return response.status
}

test('whoever comes from nobody knows where is not believed who they say they are', async () => {
  expect(await call()).toBe(401)
  expect(await call({ peerOf: () => '203.0.113.9' })).toBe(401)
  expect(await call({ peerOf: () => '127.0.0.1' })).toBe(200)
})
