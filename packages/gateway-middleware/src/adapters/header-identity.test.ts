import { generateKeyPairSync } from 'node:crypto'
import { createAdapterAssertions, mintAdapterAssertion } from '@mcp-sentinel/identity'
import type { Caller } from '@mcp-sentinel/policy'
import { describe, expect, test } from 'vitest'
import { type Asked, exchangeOf, policyOf } from '../contract-tests/exchange.ts'
import { type HeaderIdentityOptions, headerIdentity } from './header-identity.ts'

const headers = {
  'X-MCP-Human-ID': 'ada',
  'X-MCP-Agent-ID': 'ops-agent',
  'X-MCP-Team-ID': 'red',
  'X-MCP-Agent-Session': 's-1',
}
const ada: Caller = { human: 'ada', agent: 'ops-agent', team: 'red', session: 's-1' }
const nobody: Caller = {}
const identify = async (asked: Asked, options?: HeaderIdentityOptions, policy = policyOf()) =>
  headerIdentity(options)(exchangeOf(asked), policy)

describe('headers', () => {
  test.each<[string, HeaderIdentityOptions | undefined, Asked, Caller]>([
    ['of this machine count', undefined, { headers }, ada],
    ['of no connection count', undefined, { headers, peer: undefined }, ada],
    ['of somebody else count for nothing', undefined, { headers, peer: '10.0.0.7' }, nobody],
    ['of a mapped address count for nothing', undefined, { headers, peer: '::ffff:10.0.0.7' }, nobody],
    ['of an address that is none count for nothing', undefined, { headers, peer: 'unknown' }, nobody],
    [
      'of a named network count',
      { trust: { cidrs: ['10.0.0.0/8'] } },
      { headers, peer: '::ffff:10.0.0.7' },
      ada,
    ],
    [
      'of another network count for nothing',
      { trust: { cidrs: ['10.0.0.0/8'] } },
      { headers, peer: '11.0.0.7' },
      nobody,
    ],
    [
      'of no connection count for nothing where networks are named',
      { trust: { cidrs: ['127.0.0.1'] } },
      { headers, peer: undefined },
      nobody,
    ],
    ['of anybody count where that is said', { trust: 'anyone' }, { headers, peer: '203.0.113.9' }, ada],
    ['may be few', undefined, { headers: { 'x-mcp-agent-id': ' ops-agent ' } }, { agent: 'ops-agent' }],
    ['may be none', undefined, {}, nobody],
    [
      'of an untrusted peer spoil nothing',
      undefined,
      { headers: { 'x-mcp-agent-id': 'a\0b' }, peer: '10.0.0.7' },
      nobody,
    ],
    [
      'that say who forwarded a request do not tell the peer',
      undefined,
      {
        headers: { ...headers, 'X-Forwarded-For': '127.0.0.1', Forwarded: 'for=127.0.0.1' },
        peer: '10.0.0.7',
      },
      nobody,
    ],
  ])('%s', async (_, options, asked, caller) => {
    expect(await identify(asked, options)).toEqual({ ok: true, caller })
  })

  test.each(['a\nb', 'x'.repeat(2049), 'zo\xeb'])('that hold no name are refused: %j', async (value) => {
    expect(await identify({ headers: { ...headers, 'X-MCP-Team-ID': value } })).toEqual({
      ok: false,
      reason: 'missing_identity',
    })
  })

  test('are called what the policy in force says', async () => {
    const who = headerIdentity({ headers: { agent: 'X-Agent' } })
    const exchange = exchangeOf({ headers: { 'X-Human': 'eve', 'X-Agent': 'other', ...headers } })
    expect(await who(exchange, policyOf())).toMatchObject({ caller: { human: 'ada', agent: 'other' } })
    const named = policyOf({ mode: 'header', human_id_header: 'x-HUMAN' })
    expect(await who(exchange, named)).toMatchObject({ caller: { human: 'eve', agent: 'other' } })
  })
})

describe('what an adapter has signed', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const whole = {
    signer: { kid: 'one', privateKey, issuer: 'adapters' },
    audience: 'payments',
    caller: { human: 'ada', agent: 'ops-agent' },
    ttlS: 60,
    now,
  }
  const assertions = createAdapterAssertions({
    publicKeys: new Map([['one', publicKey]]),
    issuer: 'adapters',
    audience: 'payments',
    clock: () => now,
  })
  const asked = async (change: Partial<typeof whole> = {}, others: Record<string, string> = {}) => ({
    headers: { 'X-MCP-Adapter-Assertion': await mintAdapterAssertion({ ...whole, ...change }), ...others },
    peer: '203.0.113.9',
  })

  test('counts from anywhere, until it ends', async () => {
    expect(await identify(await asked(), { assertions })).toEqual({
      ok: true,
      caller: { human: 'ada', agent: 'ops-agent' },
      expiresAt: now + 60_000,
    })
  })

  test('may be said again by headers', async () => {
    const others = { 'X-MCP-Human-ID': 'ada', 'X-MCP-Agent-ID': ' ops-agent' }
    expect(await identify(await asked({}, others), { assertions })).toMatchObject({ ok: true })
  })

  test.each<[string, Partial<typeof whole>, Record<string, string>]>([
    ['beside a header that says otherwise', {}, { 'X-MCP-Human-ID': 'eve' }],
    ['beside a header that says more', {}, { 'X-MCP-Team-ID': 'red' }],
    ['for another server', { audience: 'orders' }, {}],
    ['that has ended', { now: now - 120_000 }, {}],
    ['of somebody who has no name', { caller: { human: 'ada\n', agent: 'ops-agent' } }, {}],
  ])('is refused %s', async (_, change, others) => {
    expect(await identify(await asked(change, others), { assertions })).toEqual({
      ok: false,
      reason: 'invalid_token',
    })
  })

  test('is refused when it is there twice, or empty, from a trusted peer too', async () => {
    const { headers: once } = await asked()
    const assertion = once['X-MCP-Adapter-Assertion']
    for (const value of [`${assertion}, ${assertion}`, '', 'nonsense'])
      for (const peer of ['127.0.0.1', '203.0.113.9'])
        expect(
          await identify({ headers: { ...headers, 'X-MCP-Adapter-Assertion': value }, peer }, { assertions }),
        ).toEqual({ ok: false, reason: 'invalid_token' })
  })

  test('is no reason to trust headers without it', async () => {
    expect(await identify({ headers, peer: '203.0.113.9' }, { assertions })).toEqual({ ok: true, caller: {} })
    expect(await identify({ headers }, { assertions })).toEqual({ ok: true, caller: ada })
  })

  test('is nothing where nobody can verify it', async () => {
    expect(await identify(await asked({}, { 'X-MCP-Human-ID': 'ada' }))).toEqual({ ok: true, caller: {} })
  })
})
