import { generateKeyPairSync } from 'node:crypto'
import { createAdapterAssertions } from '@mcp-sentinel/identity'
import { apiVersion } from '@mcp-sentinel/resources'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  blue,
  blueTeamId,
  createGoverned,
  type Governed,
  idOfCaller,
  red,
  redTeamId,
} from '../contract-tests/governed.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
let governed: Governed
beforeEach(async () => {
  governed = await createGoverned({ signer: { kid: 'k', privateKey, issuer: 'mcp-sentinel' } })
  await governed.server('payments')
})
afterEach(() => governed.close())

const grant = (name: string, more: object = {}) =>
  governed.as('admin').grants.apply({
    body: {
      name,
      namespace: red,
      serverRef: { name: 'payments' },
      subject: { agentID: 'ops-agent' },
      maxTrust: 'medium',
      allowedSideEffects: ['read'],
      ...more,
    },
  })

type Key = Parameters<Governed['as']>[0]
const body = { serverName: 'payments', agentID: 'ops-agent' }
const open = (more: object = {}, caller: Key = 'member') =>
  governed.as(caller).sessions.adapter({ body: { ...body, ...more } })
const stored = (name: string) => governed.store.get('MCPAgentSession', { namespace: red, name })
const refused = (status: number, code: string) => ({ status, code })

describe('sessions.adapter', () => {
  it('opens a session as a grant allows it, and finds it again', async () => {
    await grant('ops', { subject: { agentID: 'ops-agent', teamID: redTeamId }, policyVersion: 'v3' })
    const opened = await open({ requestedTrust: 'high', requestedTTL: '90m' })
    expect(opened).toEqual({
      name: expect.stringMatching(/^adapter-[0-9a-f]{16}-medium$/),
      namespace: red,
      humanID: idOfCaller('member'),
      agentID: 'ops-agent',
      teamID: redTeamId,
      serverName: 'payments',
      consentedTrust: 'medium',
      policyVersion: 'v3',
      expiresAt: '2026-06-01T09:30:00.000Z',
      reused: false,
      assertion: expect.any(String),
      assertionExpiresAt: '2026-06-01T08:05:00.000Z',
    })
    expect((await stored(opened.name))?.spec).toMatchObject({
      subject: { humanID: idOfCaller('member'), agentID: 'ops-agent', teamID: redTeamId },
      consentedTrust: 'medium',
    })
    governed.wait(60_000)
    expect(await open({ requestedTrust: 'medium' })).toMatchObject({
      name: opened.name,
      expiresAt: opened.expiresAt,
      reused: true,
    })
    expect(governed.changes.map(({ action }) => action)).toEqual(['grant_apply', 'session_adapter'])
  })

  it('says to the gateway who calls, signed for this server alone', async () => {
    await grant('ops', { subject: { agentID: 'ops-agent', teamID: redTeamId } })
    const { assertion, name } = await open()
    const by = (audience: string) =>
      createAdapterAssertions({
        publicKeys: new Map([['k', publicKey]]),
        issuer: 'mcp-sentinel',
        audience,
        clock: governed.now,
      }).authenticate(assertion)
    expect(await by(`${red}/payments`)).toMatchObject({
      ok: true,
      principal: {
        kind: 'adapter',
        caller: { human: idOfCaller('member'), agent: 'ops-agent', team: redTeamId, session: name },
      },
    })
    expect(await by(`${blue}/payments`)).toMatchObject({ ok: false })
  })

  it('says nothing where it has no key', async () => {
    const without = await createGoverned()
    await without.server('payments')
    await without.as('admin').grants.apply({
      body: {
        name: 'g',
        namespace: red,
        serverRef: { name: 'payments' },
        subject: { agentID: 'a' },
        allowedSideEffects: ['read'],
      },
    })
    const opened = await without
      .as('member')
      .sessions.adapter({ body: { serverName: 'payments', agentID: 'a' } })
    expect(opened).not.toHaveProperty('assertion')
    await without.close()
  })

  it('never lifts a revocation, whatever trust is asked for and however long ago it was', async () => {
    await grant('ops')
    const { name } = await open()
    await governed.as('admin').sessions.revoke({ params: { namespace: red, name } })
    for (const requestedTrust of ['low', 'medium', 'high'])
      await expect(open({ requestedTrust })).rejects.toMatchObject(refused(403, 'session_revoked'))
    governed.wait(48 * 3_600_000)
    await expect(open()).rejects.toMatchObject(refused(403, 'session_revoked'))
    expect((await stored(name))?.spec.revoked).toBe(true)
    await governed.as('admin').sessions.unrevoke({ params: { namespace: red, name } })
    expect(await open()).toMatchObject({ name, reused: false })
  })

  it('never lifts one that comes between', async () => {
    await grant('ops')
    const { name } = await open({ requestedTTL: '1m' })
    governed.wait(60_000)
    await Promise.allSettled([
      governed.as('admin').sessions.revoke({ params: { namespace: red, name } }),
      open(),
      open(),
    ])
    // Whichever came first: a revocation that was told done is one still.
    const isRevoked = governed.changes.some(({ action }) => action === 'session_revoke')
    expect((await stored(name))?.spec.revoked ?? false).toBe(isRevoked)
  })

  it('keeps sessions of another trust apart', async () => {
    await grant('ops')
    const low = await open({ requestedTrust: 'low' })
    const medium = await open({ requestedTrust: 'medium' })
    expect(low.name).not.toBe(medium.name)
    expect((await stored(low.name))?.spec.consentedTrust).toBe('low')
    expect(await open({ requestedTrust: 'low' })).toMatchObject({ name: low.name, reused: true })
  })

  it('begins anew what has 30 s left or less, as a session of its own age', async () => {
    await governed.server('short', { spec: { session: { maxLifetime: '10m' } } })
    await grant('short', { serverRef: { name: 'short' } })
    const { name } = await open({ serverName: 'short', requestedTTL: '1h' })
    governed.wait(9 * 60_000 + 29_000)
    expect(await open({ serverName: 'short' })).toMatchObject({ reused: true })
    governed.wait(1_000)
    expect(await open({ serverName: 'short' })).toMatchObject({ name, reused: false })
    expect((await stored(name))?.metadata.creationTimestamp).toBe('2026-06-01T08:09:30Z')
  })

  it('changes a session of another version of the policy in its place', async () => {
    await grant('ops')
    const { name } = await open()
    governed.wait(60_000)
    await grant('ops', { policyVersion: 'v2' })
    expect(await open()).toMatchObject({ name, reused: false, policyVersion: 'v2' })
    expect((await stored(name))?.metadata.creationTimestamp).toBe('2026-06-01T08:00:00Z')
  })

  it('makes one of many that are asked for at once', async () => {
    await grant('ops')
    const all = await Promise.all(Array.from({ length: 5 }, () => open()))
    expect(new Set(all.map(({ name }) => name)).size).toBe(1)
    expect(all.filter(({ reused }) => !reused)).toHaveLength(1)
  })

  it.each([
    ['1h', 3_600_000],
    ['25h', 24 * 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['500ms', 500],
  ])('lives for %s at most', async (requestedTTL, ms) => {
    await grant('ops')
    const { expiresAt } = await open({ requestedTTL })
    expect(Date.parse(expiresAt) - governed.now()).toBe(ms)
  })

  it('ends with its grant', async () => {
    await grant('ops', { notAfter: '2026-06-01T08:10:00Z' })
    expect((await open()).expiresAt).toBe('2026-06-01T08:10:00.000Z')
  })

  it('goes by the grant of the most trust, of equals the oldest', async () => {
    await grant('a-low', { maxTrust: 'low' })
    governed.wait(1000)
    await grant('z-older', { maxTrust: 'high', policyVersion: 'older' })
    governed.wait(1000)
    await grant('b-younger', { maxTrust: 'high', policyVersion: 'younger' })
    expect(await open({ requestedTrust: 'high' })).toMatchObject({
      consentedTrust: 'high',
      policyVersion: 'older',
    })
  })

  it.each([
    ['no grant', () => undefined],
    ['a grant that is disabled', () => grant('g', { disabled: true })],
    ['a grant that is over', () => grant('g', { notAfter: '2026-06-01T08:00:00Z' })],
    ['a grant to another agent', () => grant('g', { subject: { agentID: 'other' } })],
    ['a grant to another person', () => grant('g', { subject: { humanID: idOfCaller('user') } })],
    ['a grant to another team', () => grant('g', { subject: { teamID: blueTeamId } })],
  ])('is refused for %s', async (_, make) => {
    await make()
    await expect(open()).rejects.toMatchObject(refused(403, 'no_grant'))
  })

  it('is for who the grant speaks of, in whichever team they are', async () => {
    await grant('g', { subject: { agentID: 'ops-agent', teamID: blueTeamId } })
    expect(await open({ namespace: red }, 'otherOwner')).toMatchObject({ teamID: blueTeamId })
    await expect(open({ namespace: red }, 'user')).rejects.toMatchObject(refused(403, 'no_grant'))
    expect(await open({ namespace: red }, 'admin')).toMatchObject({ teamID: blueTeamId })
  })

  it('is bounded for who may name any agent', async () => {
    await grant('any', { subject: { humanID: idOfCaller('member') } })
    for (let index = 0; index < 100; index++)
      await governed.store.apply({
        apiVersion,
        kind: 'MCPAgentSession',
        metadata: { namespace: red, name: `adapter-${index}` },
        spec: {
          serverRef: { name: 'payments' },
          subject: { humanID: idOfCaller('member'), agentID: `agent-${index}` },
          expiresAt: '2026-06-01T09:00:00Z',
        },
      })
    await expect(open()).rejects.toMatchObject(refused(429, 'too_many_requests'))
    governed.wait(3_600_000)
    expect(await open()).toMatchObject({ reused: false })
  })

  it('tells no difference between no server and no grant', async () => {
    await expect(open({ serverName: 'nowhere' })).rejects.toMatchObject(refused(403, 'no_grant'))
  })

  it.each([
    ['serviceKey', 401, 'unauthorized'],
    ['readKey', 403, 'scope_missing'],
  ] as const)('is nothing for %s', async (caller, status, code) => {
    await grant('ops')
    await expect(open({ namespace: red }, caller)).rejects.toMatchObject(refused(status, code))
  })

  it.each([
    { requestedTTL: 'soon' },
    { requestedTrust: 'all' },
    { agentID: '' },
    { serverName: '../x' },
    { extra: 1 },
  ])('refuses %j', async (change) => {
    await expect(open(change)).rejects.toMatchObject(refused(400, 'invalid_request_body'))
  })

  it('takes 16 KiB at most', async () => {
    await expect(open({ agentID: 'x'.repeat(17_000) })).rejects.toMatchObject(refused(413, 'too_large'))
  })

  it('asks for the namespace where it cannot be guessed', async () => {
    await expect(open({}, 'user')).rejects.toMatchObject(refused(400, 'invalid_request_body'))
  })
})
