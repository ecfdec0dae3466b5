import { generateKeyPairSync } from 'node:crypto'
import { createAdapterAssertions, mintServerToken } from '@mcp-sentinel/identity'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createGoverned, type Governed, idOfCaller } from './contract-tests/governed.ts'
import { type Guarded, startGuarded } from './contract-tests/guarded.ts'

/** Two servers, each behind a sidecar that is told its policy by the API: nothing of one is in force at the other. */
const namespace = 'mcp-servers'
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signer = { kid: 'k', privateKey, issuer: 'mcp-sentinel' }
const publicKeys = new Map([['k', publicKey]])

let governed: Governed
const guarded = new Map<string, Guarded>()
let policyUrl = ''
const at = (server: string): Guarded => guarded.get(server) as Guarded
const tokenFor = (server: string, audience = 'policy') =>
  mintServerToken({ signer, audience, binding: { namespace, server }, ttlS: 3600, now: governed.now() })
const inForce = async (server: string) => {
  const { revision } = await governed.as('admin').policies.rendered({ query: { namespace, server } })
  await at(server).decidesBy(revision)
}

const subjects = { alice: { tool: 'add' }, bob: { tool: 'subtract' } } as const
const spec = {
  auth: { mode: 'header' as const },
  policy: { mode: 'allow-list' as const, denial: 'http' as const },
  session: { required: true },
  gateway: { enabled: true },
  tools: ['add', 'subtract'].map((name) => ({ name, sideEffect: 'read' as const })),
}

beforeAll(async () => {
  governed = await createGoverned({
    // Gateways judge by the time that it is.
    clock: Date.now,
    signer,
  })
  policyUrl = `${await governed.app.listen({ host: '127.0.0.1', port: 0 })}/policy/${namespace}`
  for (const [name, server] of [
    ['alice', 'server-a-mcp'],
    ['bob', 'server-b-mcp'],
  ] as const) {
    await governed.server(server, { namespace, spec })
    const about = {
      namespace,
      serverRef: { name: server },
      subject: { humanID: name, agentID: `${name}-agent` },
    }
    await governed.as('admin').grants.apply({
      body: {
        ...about,
        name: `${name}-${server}`,
        maxTrust: 'high',
        allowedSideEffects: ['read'],
        toolRules: [{ name: subjects[name].tool, decision: 'allow', requiredTrust: 'low' }],
      },
    })
    await governed
      .as('admin')
      .sessions.apply({ body: { ...about, name: `${name}-session`, consentedTrust: 'high' } })
    const assertions = createAdapterAssertions({
      publicKeys,
      issuer: 'mcp-sentinel',
      audience: `${namespace}/${server}`,
      clock: governed.now,
    })
    guarded.set(
      server,
      await startGuarded({ policyUrl: `${policyUrl}/${server}`, token: await tokenFor(server), assertions }),
    )
    await inForce(server)
  }
})
afterAll(async () => {
  for (const one of guarded.values()) await one.close()
  await governed.close()
})

const as = (name: string) => ({
  'x-mcp-human-id': name,
  'x-mcp-agent-id': `${name}-agent`,
  'x-mcp-agent-session': `${name}-session`,
})

describe('calls across servers', () => {
  it.each([
    ['alice', 'server-a-mcp', 'add', 200, 'allowed'],
    ['alice', 'server-a-mcp', 'subtract', 403, 'tool_not_granted'],
    ['alice', 'server-b-mcp', 'add', 401, 'session_not_found'],
    ['alice', 'server-b-mcp', 'subtract', 401, 'session_not_found'],
    ['bob', 'server-b-mcp', 'subtract', 200, 'allowed'],
    ['bob', 'server-b-mcp', 'add', 403, 'tool_not_granted'],
    ['bob', 'server-a-mcp', 'add', 401, 'session_not_found'],
    ['bob', 'server-a-mcp', 'subtract', 401, 'session_not_found'],
    [undefined, 'server-a-mcp', 'add', 401, 'missing_identity'],
    [undefined, 'server-b-mcp', 'add', 401, 'missing_identity'],
    ['nobody', 'server-a-mcp', 'add', 401, 'session_not_found'],
  ] as const)('%s at %s: %s is %i %s', async (who, server, tool, status, reason) => {
    const counts = new Map([...guarded].map(([name, { records }]) => [name, records.length]))
    const recordsBefore = (name: string): number => counts.get(name) ?? 0
    const upstreamCalls = at(server).upstream.calls.length
    const answer = await at(server).call(tool, who === undefined ? {} : as(who))
    expect([answer.status, answer.headers.get('x-mcp-denial-reason') ?? 'allowed']).toEqual([status, reason])
    expect(at(server).upstream.calls.length - upstreamCalls).toBe(status === 200 ? 1 : 0)
    // It is written down where it was tried, with who tried it, and nowhere else; of a call that went on, when it has ended.
    await vi.waitFor(() => expect(at(server).records).toHaveLength(recordsBefore(server) + 1))
    expect(at(server).records.at(-1)).toMatchObject({
      server,
      namespace,
      decision: status === 200 ? 'allow' : 'deny',
      reason,
      human_id: who ?? '',
    })
    for (const [other, { records }] of guarded)
      if (other !== server) expect(records).toHaveLength(recordsBefore(other))
  })
})

describe('the rendered policy of a server', () => {
  it.each([
    ['server-a-mcp', 'alice', 'bob'],
    ['server-b-mcp', 'bob', 'alice'],
  ] as const)('%s holds %s and nothing of %s', async (server, own, other) => {
    const { json } = await governed.as('admin').policies.rendered({ query: { namespace, server } })
    expect(json).toContain(own)
    expect(json).not.toContain(other)
  })
})

describe('the policy stream', () => {
  const open = async (server: string, token: string | undefined) => {
    const answer = await fetch(`${policyUrl}/${server}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    await answer.body?.cancel()
    return answer.status
  }

  it('is told to who has the token of this server', async () => {
    expect(await open('server-a-mcp', await tokenFor('server-a-mcp'))).toBe(200)
    expect(await open('server-b-mcp', await tokenFor('server-a-mcp'))).toBe(403)
    expect(await open('server-a-mcp', await tokenFor('server-a-mcp', 'ingest'))).toBe(401)
    expect(await open('server-a-mcp', 'admin')).toBe(401)
    expect(await open('server-a-mcp', undefined)).toBe(401)
  })
})

describe('what is changed over the API', () => {
  const server = 'server-a-mcp'
  const status = async () => (await at(server).call('add', as('alice'))).status

  it('is in force at the sidecar of this server', async () => {
    const admin = governed.as('admin')
    const session = { namespace, name: 'alice-session' }
    const grant = { namespace, name: 'alice-server-a-mcp' }
    const itself = { namespace, name: server }
    const steps: readonly (readonly [() => Promise<unknown>, number])[] = [
      [() => admin.sessions.patch({ params: session, body: { revoked: true } }), 401],
      [() => admin.sessions.unrevoke({ params: session }), 200],
      [() => admin.grants.patch({ params: grant, body: { disabled: true } }), 403],
      [() => admin.grants.enable({ params: grant }), 200],
      [() => admin.servers.patch({ params: itself, body: { disabled: true } }), 403],
      [() => admin.servers.patch({ params: itself, body: { disabled: false, disabledTools: ['add'] } }), 403],
      [() => admin.servers.patch({ params: itself, body: { disabledTools: [] } }), 200],
    ]
    for (const [change, expected] of steps) {
      await change()
      await inForce(server)
      expect(await status()).toBe(expected)
    }
    expect((await at('server-b-mcp').call('subtract', as('bob'))).status).toBe(200)
  })

  it('an adapter session opens the server to who it was signed for, and no other server', async () => {
    await governed.as('admin').grants.apply({
      body: {
        name: 'to-member',
        namespace,
        serverRef: { name: server },
        subject: { humanID: idOfCaller('member'), agentID: 'desk' },
        allowedSideEffects: ['read'],
      },
    })
    const { assertion = '' } = await governed
      .as('member')
      .sessions.adapter({ body: { serverName: server, namespace, agentID: 'desk' } })
    await inForce(server)
    const headers = { 'x-mcp-adapter-assertion': assertion }
    expect((await at(server).call('add', headers)).status).toBe(200)
    expect((await at('server-b-mcp').call('add', headers)).status).toBe(401)
  })
})
