import { rm } from 'node:fs/promises'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { afterAll, expect, test } from 'vitest'
import { guardFetch } from './bind/fetch.ts'
import { createGateway, type GatewayOptions } from './gateway.ts'
import {
  client,
  definitions,
  directory,
  identify,
  ingest,
  ingested,
  metadata,
  pinned,
  spool,
} from './options.examples.ts'
import { staticPolicy } from './static-policy.ts'

afterAll(async () => {
  await client.close()
  ingest.close()
  await rm(directory, { recursive: true })
})

const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments' },
  policy: { denial: 'http' },
  tools: [{ name: 'get_invoice', side_effect: 'read' }],
  grants: [
    {
      name: 'support',
      agent_id: 'support-bot',
      allowed_side_effects: ['read'],
      tool_rules: [{ name: 'get_invoice', audit: 'required' }],
    },
  ],
}

const call = async (options: Partial<GatewayOptions>): Promise<Response> => {
  const gateway = await createGateway({
    policy: staticPolicy(document),
    identify: () => ({ ok: true, caller: { agent: 'support-bot' } }),
    record: () => {},
    ...options,
  })
  const request = new Request('https://payments.example/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_invoice' } }),
  })
  const response = await guardFetch(gateway, () => new Response(null, { status: 204 }))(request)
  await gateway.close()
  return response
}
const reasonOf = ({ headers }: Response) => headers.get('x-mcp-denial-reason')

test('what has to be durable goes on with a spool only, and comes to ingest', async () => {
  const refused = await call({})
  expect([refused.status, reasonOf(refused)]).toEqual([503, 'audit_unavailable'])
  expect((await call({ record: spool })).status).toBe(204)
  expect(await spool.drain(5_000)).toBe(true)
  await spool.close()
  expect(ingested.filter((line) => line.includes('"mcp.request"'))).toHaveLength(1)
})

test('who has no token is told where to get one', async () => {
  const refused = await call({ identify })
  expect([refused.status, reasonOf(refused)]).toEqual([401, 'missing_bearer_token'])
  const where = 'https://payments.example/.well-known/oauth-protected-resource/mcp'
  expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${where}"`)
  expect(metadata).toMatchObject({ resource: 'https://payments.example/mcp' })
})

test('a definition is the pinned one, or the tool is refused', async () => {
  const policy = staticPolicy({
    ...document,
    tools: pinned.map((pin) => ({ ...pin, side_effect: 'read' as const })),
  })
  expect((await call({ policy, definitions, record: spoolOfOne })).status).toBe(204)
  expect(reasonOf(await call({ policy, record: spoolOfOne }))).toBe('tool_definition_unknown')
  const changed = { digestOf: () => `sha256:${'0'.repeat(64)}` }
  expect(reasonOf(await call({ policy, definitions: changed }))).toBe('tool_definition_changed')
})

const spoolOfOne = { record: () => {}, begin: async () => ({ close: () => {} }) }
