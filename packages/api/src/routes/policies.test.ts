import { parsePolicy } from '@mcp-sentinel/policy/schema'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blue, createGoverned, type Governed, red, redTeamId } from '../contract-tests/governed.ts'

let governed: Governed
beforeEach(async () => {
  governed = await createGoverned()
  await governed.server('payments', {
    spec: {
      tools: [
        { name: 'add', sideEffect: 'read' },
        { name: 'pay', sideEffect: 'destructive', requiredTrust: 'high' },
      ],
    },
  })
  await governed.server('others', { namespace: blue })
  for (const [namespace, name, agentID] of [
    [red, 'payments', 'ops-agent'],
    [blue, 'others', 'blue-agent'],
  ] as const)
    await governed.as('admin').grants.apply({
      body: {
        name: `to-${agentID}`,
        namespace,
        serverRef: { name },
        subject: { agentID },
        maxTrust: 'medium',
        allowedSideEffects: ['read'],
        toolRules: [{ name: 'add', when: [{ pointer: '/a', op: 'lte', value: 500 }] }],
      },
    })
})
afterEach(() => governed.close())

const of = { namespace: red, server: 'payments' }
const caller = { agent: 'ops-agent', team: redTeamId }
const refused = (status: number, code: string) => ({ status, code })
const outsiders = ['member', 'user', 'otherOwner', 'serviceKey'] as const

describe('policies.rendered', () => {
  it('is the document of this server alone, member by member, as text, and what became of each object', async () => {
    const policy = await governed.as('owner').policies.rendered({ query: of })
    const { json, source, findings, endedSessions, ...document } = policy
    expect(endedSessions).toBe(0)
    expect(source).toBe(`configmap/${red}/payments-gateway-policy`)
    expect(JSON.parse(json)).toEqual(document)
    expect(parsePolicy(document)).toMatchObject({ ok: true, document: { revision: policy.revision } })
    expect(document).toMatchObject({
      server: { name: 'payments', namespace: red },
      grants: [{ name: 'to-ops-agent', agent_id: 'ops-agent' }],
    })
    expect(json).not.toContain('blue-agent')
    expect(findings.map(({ kind, name, reason }) => [kind, name, reason])).toEqual([
      ['MCPServer', 'payments', 'Rendered'],
      ['MCPAccessGrant', 'to-ops-agent', 'Rendered'],
    ])
  })

  it('is of what was written just now', async () => {
    const owner = governed.as('owner')
    const before = await owner.policies.rendered({ query: of })
    await owner.grants.patch({ params: { namespace: red, name: 'to-ops-agent' }, body: { disabled: true } })
    const after = await owner.policies.rendered({ query: of })
    expect(after.revision).not.toBe(before.revision)
    expect(after).toMatchObject({ grants: [{ disabled: true }] })
  })

  it('does not list sessions that are long over, and counts them', async () => {
    const session = { serverRef: { name: 'payments' }, subject: { agentID: 'ops-agent' } }
    for (const name of ['old-1', 'old-2'])
      await governed.as('admin').sessions.apply({
        body: { ...session, name, namespace: red, expiresAt: '2026-05-01T00:00:00Z' },
      })
    const { endedSessions, findings } = await governed.as('owner').policies.rendered({ query: of })
    expect([endedSessions, findings.some(({ kind }) => kind === 'MCPAgentSession')]).toEqual([2, false])
  })

  it('is for who administers the server', async () => {
    for (const one of outsiders)
      await expect(governed.as(one).policies.rendered({ query: of })).rejects.toMatchObject(
        refused(403, 'forbidden'),
      )
    await governed.as('readKey').policies.rendered({ query: of })
  })

  it('says that there is no such server, and what is missing of the question', async () => {
    await expect(
      governed.as('owner').policies.rendered({ query: { ...of, server: 'nowhere' } }),
    ).rejects.toMatchObject(refused(404, 'not_found'))
    await expect(
      governed.as('owner').policies.rendered({ query: { namespace: red } as never }),
    ).rejects.toMatchObject(refused(400, 'invalid_query_param'))
  })
})

describe('policies.explain', () => {
  const explain = (request: object, more: object = {}) =>
    governed.as('owner').policies.explain({ body: { ...of, request: { ...caller, ...request }, ...more } })

  it('says that a call passes, by which grant, and that every check did', async () => {
    const { decision, steps, grants, remedy } = await explain({ target: 'add', arguments: { a: 1 } })
    expect(decision).toMatchObject({
      allowed: true,
      status: 200,
      matchedGrant: { name: 'to-ops-agent', namespace: red },
      effectiveTrust: 'medium',
    })
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['passed']))
    expect(grants).toMatchObject([{ grant: { name: 'to-ops-agent' }, outcome: 'admits', rule: 'add' }])
    expect(remedy).toBeUndefined()
  })

  it('says why a call is refused, at which check, and what would let it pass', async () => {
    const { decision, steps, grants, remedy } = await explain({ target: 'add', arguments: { a: 501 } })
    expect(decision).toMatchObject({
      allowed: false,
      status: 403,
      reason: 'argument_not_allowed',
      pointer: '/a',
    })
    expect(steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([
      { step: 'rules', outcome: 'failed' },
      { step: 'side-effect', outcome: 'not-reached' },
      { step: 'trust', outcome: 'not-reached' },
    ])
    expect(grants).toMatchObject([{ outcome: 'condition-not-met', pointer: '/a' }])
    expect(remedy).toMatchObject({ says: expect.stringMatching(/./), edits: [{ in: expect.any(String) }] })
  })

  it('judges at another time, too', async () => {
    await governed.as('admin').grants.apply({
      body: {
        name: 'to-ops-agent',
        namespace: red,
        serverRef: { name: 'payments' },
        subject: { agentID: 'ops-agent' },
        allowedSideEffects: ['read'],
        notAfter: '2026-07-01T00:00:00Z',
      },
    })
    const at = async (instant: string) =>
      (await explain({ target: 'add', arguments: { a: 1 } }, { at: instant })).decision.allowed
    expect([await at('2026-06-30T00:00:00Z'), await at('2026-07-01T00:00:00Z')]).toEqual([true, false])
  })

  it('tells what would be where a server is only observed', async () => {
    await governed.store.patch(
      'MCPServer',
      { namespace: red, name: 'payments' },
      { spec: { policy: { mode: 'observe' } } },
    )
    const { decision, steps } = await explain({ target: 'pay' })
    expect(decision).toMatchObject({ allowed: true, wouldBe: { allowed: false, reason: 'tool_not_granted' } })
    expect(steps.find(({ outcome }) => outcome === 'failed')?.step).toBe('rules')
  })

  it('is for who administers the server, and of one that is there', async () => {
    for (const one of outsiders)
      await expect(governed.as(one).policies.explain({ body: { ...of, request: {} } })).rejects.toMatchObject(
        refused(403, 'forbidden'),
      )
    await expect(
      governed.as('admin').policies.explain({ body: { ...of, server: 'nowhere', request: {} } }),
    ).rejects.toMatchObject(refused(404, 'not_found'))
    await expect(explain({ targett: 'add' })).rejects.toMatchObject(refused(400, 'invalid_request_body'))
  })
})

describe('policies.permitted', () => {
  const permitted = (query: object) => governed.as('owner').policies.permitted({ query: { ...of, ...query } })

  it('says what somebody may use', async () => {
    expect(await permitted(caller)).toEqual({
      revision: expect.stringMatching(/^sha256:/),
      tools: [
        { name: 'add', permission: 'depends' },
        { name: 'pay', permission: 'no' },
      ],
      resources: ['*'],
      prompts: ['*'],
    })
    expect((await permitted({ agent: 'stranger' })).tools.map(({ permission }) => permission)).toEqual([
      'no',
      'no',
    ])
  })

  it('is for who administers the server', async () => {
    for (const one of outsiders)
      await expect(governed.as(one).policies.permitted({ query: of })).rejects.toMatchObject(
        refused(403, 'forbidden'),
      )
  })
})

describe('policies.diff', () => {
  it('says which calls another policy would decide otherwise', async () => {
    const owner = governed.as('owner')
    const {
      json,
      source: _,
      findings: __,
      revision: ___,
      endedSessions: ____,
      ...document
    } = await owner.policies.rendered({ query: of })
    expect(json).toBeDefined()
    const shut = { ...document, policy: { ...(document['policy'] as object), disabled_tools: ['add'] } }
    const requests = [
      { ...caller, target: 'add', arguments: { a: 1 } },
      { ...caller, target: 'pay' },
    ]
    expect(await owner.policies.diff({ body: { ...of, document: shut, requests } })).toMatchObject({
      same: 1,
      changed: [
        { index: 0, change: 'now-refused', before: { allowed: true }, after: { reason: 'tool_disabled' } },
      ],
      undecidable: [],
    })
    await expect(
      owner.policies.diff({ body: { ...of, document: { ...shut, grants: [{}] }, requests } }),
    ).rejects.toMatchObject({
      code: 'invalid_request_body',
      details: {
        issues: [expect.objectContaining({ pointer: expect.stringMatching(/^\/document\/grants\/0/) })],
      },
    })
  })

  it('is for who administers the server', async () => {
    for (const one of outsiders)
      await expect(
        governed.as(one).policies.diff({ body: { ...of, document: {}, requests: [] } }),
      ).rejects.toMatchObject(refused(403, 'forbidden'))
  })
})
