import { readFileSync } from 'node:fs'
import { compile, evaluate } from '@mcp-sentinel/policy'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import { describe, expect, test } from 'vitest'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import { parseResource, type ResourceOf } from './parse.ts'
import { renderPolicy } from './render-policy.ts'
import { parseResourceText } from './text.ts'

const golden = (name: string): string => readFileSync(new URL(`./goldens/${name}`, import.meta.url), 'utf8')
const resource = <K extends 'MCPServer' | 'MCPAccessGrant' | 'MCPAgentSession'>(kind: K, file: string) => {
  const parsed = parseResourceText(golden(file))
  if (!parsed.ok || parsed.resource.kind !== kind) throw new Error(`${file} is no ${kind}`)
  return parsed.resource as ResourceOf<K>
}

const now = Date.parse('2026-03-26T11:00:00Z')
const payments = resource('MCPServer', 'payments.yaml')
const ops = resource('MCPAccessGrant', 'payments-ops-agent.yaml')
const consent = resource('MCPAgentSession', 'sess-8f1b9d.yaml')
const said = (rendered: ReturnType<typeof renderPolicy>) =>
  Object.fromEntries(rendered.findings.map(({ name, verdict }) => [name, verdict.reason]))

test('the published example, mended, becomes this policy', () => {
  const rendered = renderPolicy(payments, [ops], [consent], now, { cluster: 'local' })
  expect(`${rendered.text}\n`).toBe(golden('payments.policy.golden'))
  expect(said(rendered)).toEqual({
    payments: 'Rendered',
    'payments-ops-agent': 'Rendered',
    'sess-8f1b9d': 'Rendered',
  })
})

test('every field of a server becomes this policy', () => {
  expect(`${renderPolicy(resource('MCPServer', 'every-field.yaml'), [], [], now).text}\n`).toBe(
    golden('every-field.policy.golden'),
  )
})

test('the published grant admits nothing, and that is said', () => {
  const mute = resource('MCPAccessGrant', 'payments-ops-agent-as-published.yaml')
  const rendered = renderPolicy(payments, [mute], [consent], now)
  expect(said(rendered)).toMatchObject({ 'payments-ops-agent': 'AdmitsNothing' })
  const call = {
    ...{ human: 'user-123', agent: 'ops-agent', session: 'sess-8f1b9d', sessionSeenAt: now },
    ...{ method: 'tools/call', target: 'list_invoices' },
  }
  const verdictOf = (grant: typeof mute) =>
    evaluate(compile(renderPolicy(payments, [grant], [consent], now).document), call, now).reason
  expect([verdictOf(mute), verdictOf(ops)]).toEqual(['side_effect_not_allowed', 'allowed'])
})

test('a grant that asks for more trust than the server is not left out for want of room', () => {
  const spec = { allowedSideEffects: ['destructive' as const] }
  const server = serverNamed('s', {
    tools: [{ name: 'drop', requiredTrust: 'low', sideEffect: 'destructive' }],
  })
  const raised = (requiredTrust: 'low' | 'medium') =>
    grantOn('s', 'raised', { ...spec, toolRules: [{ name: 'dr*', requiredTrust }] })
  const call = { agent: 'ops-agent', method: 'tools/call', target: 'drop' }
  const reasonOf = (grants: Parameters<typeof renderPolicy>[1], bytesMax: number) =>
    evaluate(compile(renderPolicy(server, grants, [], now, { bytesMax }).document), call, now).reason
  const open = grantOn('s', 'open', spec)
  const room = renderPolicy(server, [open], [], now).text.length + 100
  expect(reasonOf([open], room)).toBe('allowed')
  expect(reasonOf([open, raised('medium')], 900_000)).toBe('trust_too_low')
  expect(reasonOf([open, raised('medium')], room)).not.toBe('allowed')
  expect(reasonOf([open, raised('low')], room)).toBe('allowed')
})

test('what a rule wants recorded of a call goes into the policy as it is, and what cannot be is told', () => {
  const grantRecording = (record: object) => ({
    ...grantOn('payments', 'ops'),
    spec: { ...grantOn('payments', 'ops').spec, toolRules: [{ name: 'pay', record }] },
  })
  const record = {
    arguments: [
      { pointer: '/amount', as: 'value' },
      { pointer: '/card', as: 'value', redact: ['/number'] },
    ],
  }
  const parsed = parseResource(grantRecording(record))
  if (!parsed.ok || parsed.resource.kind !== 'MCPAccessGrant') throw new Error(JSON.stringify(parsed))
  const { document } = renderPolicy(serverNamed('payments'), [parsed.resource], [], now)
  expect(document.grants).toMatchObject([{ tool_rules: [{ name: 'pay', record }] }])
  expect(parseResource(grantRecording({ arguments: [{ pointer: 'amount' }] }))).toMatchObject({
    ok: false,
    issues: [{ pointer: '/spec/toolRules/0/record/arguments/0/pointer' }],
  })
})

describe('which objects speak of a server', () => {
  const server = serverNamed('s', { teamID: 'team-a' })

  test('only those of its own namespace, and others are told', () => {
    const foreign = grantOn('s', 'foreign', { serverRef: { name: 's', namespace: 'home' } }, 'elsewhere')
    const others = [
      grantOn('other', 'other-server'),
      grantOn('s', 'away', { serverRef: { name: 's', namespace: 'elsewhere' } }),
      grantOn('s', 'same-name', {}, 'elsewhere'),
    ]
    const rendered = renderPolicy(server, [foreign, ...others], [], now)
    expect(rendered.document.grants).toEqual([])
    expect(said(rendered)).toEqual({ s: 'Rendered', foreign: 'ForeignServer' })
    expect(rendered.findings[1]).toMatchObject({ namespace: 'elsewhere', verdict: { status: 'False' } })
  })

  test("a subject without a team takes the server's, one with another keeps it", () => {
    const grants = [
      grantOn('s', 'open'),
      grantOn('s', 'theirs', { subject: { agentID: 'a', teamID: 'team-b' } }),
    ]
    const { document } = renderPolicy(server, grants, [], now)
    expect(document.grants?.map(({ team_id }) => team_id)).toEqual(['team-a', 'team-b'])
  })
})

describe('an object that is no good', () => {
  const bad = { when: [{ pointer: '/x', op: 'matches' as const, value: '(' }] }

  test('is left out and told, and the others are in force', () => {
    const rendered = renderPolicy(
      serverNamed('s'),
      [grantOn('s', 'bad', { toolRules: [{ name: 'a', ...bad }] }), grantOn('s', 'good')],
      [sessionOn('s', 'never', { expiresAt: 'soon' })],
      now,
    )
    expect(said(rendered)).toEqual({ s: 'Rendered', bad: 'Invalid', good: 'Rendered', never: 'Invalid' })
    expect(rendered.document.grants?.map(({ name }) => name)).toEqual(['good'])
    expect(rendered.findings.find(({ name }) => name === 'bad')?.verdict.message).toContain(
      '/spec/toolRules/0/when/0/value: ',
    )
  })

  test('still denies what it denies', () => {
    const grant = grantOn('s', 'bad', {
      toolRules: [
        { name: 'a', ...bad },
        { name: 'b', decision: 'deny', ...bad },
      ],
    })
    const { document, findings } = renderPolicy(serverNamed('s'), [grant], [], now)
    expect(document.grants).toMatchObject([
      { name: 'bad', allowed_side_effects: [], tool_rules: [{ name: 'b', decision: 'deny' }] },
    ])
    expect(findings[1]?.verdict).toMatchObject({ reason: 'Invalid', status: 'False' })
  })

  test('shuts the server when it is the server', () => {
    const { document, findings } = renderPolicy(serverNamed('s', { auth: { mode: 'oauth' } }), [], [], now)
    expect(document.server.disabled).toBe(true)
    expect(findings).toMatchObject([{ kind: 'MCPServer', verdict: { reason: 'Invalid', status: 'False' } }])
    expect(parsePolicy(document).ok).toBe(true)
  })
})

describe('sessions', () => {
  const server = serverNamed('s', { session: { maxLifetime: '2h' } })
  const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString()
  const begun = (hours: number) => ({ issuedAt: at(hours) })
  const inPolicy = (session: ReturnType<typeof sessionOn>) => {
    const rendered = renderPolicy(server, [], [session], now)
    return [rendered.document.sessions?.length, rendered.findings[1]?.verdict.reason]
  }

  test.each([
    ['is live', { ...begun(-1), expiresAt: at(1) }, [1, 'Rendered']],
    ['has ended a moment ago', { ...begun(-1), expiresAt: at(-0.5) }, [1, 'Rendered']],
    ['has ended long ago', { ...begun(-1), expiresAt: at(-1) }, [0, 'Ended']],
    ['was revoked and could be live', { ...begun(-1), revoked: true }, [1, 'Rendered']],
    ['was revoked and is over', { ...begun(-3), revoked: true }, [0, 'Ended']],
    ['is over and has a fault', { ...begun(-3), subject: {} }, [0, 'Ended']],
    ['could be live and has a fault', { ...begun(-1), subject: {} }, [0, 'Invalid']],
    ['has no known age', {}, [1, 'AgeUnknown']],
  ])('that %s', (_, spec, expected) => {
    expect(inPolicy(sessionOn('s', 'it', spec))).toEqual(expected)
  })

  test('are as old as the object at least', () => {
    const session = sessionOn('s', 'it', begun(0))
    const aged = { ...session, metadata: { ...session.metadata, creationTimestamp: at(-1) } }
    expect(renderPolicy(server, [], [aged], now).document.sessions?.[0]?.issued_at).toBe(at(-1))
  })
})

describe('a policy that is full', () => {
  const many = Array.from({ length: 60 }, (_, index) => index)
  const grants = many.map((index) => grantOn('s', `grant-${index}`))
  const sessions = many.map((index) => sessionOn('s', `session-${index}`, { revoked: index % 2 === 0 }))

  test('holds what takes away before what gives, and says what does not fit', () => {
    const forbids = grantOn('s', 'zz-forbids', { toolRules: [{ name: 'x', decision: 'deny' }] })
    const rendered = renderPolicy(serverNamed('s'), [...grants, forbids], sessions, now, { bytesMax: 10_000 })
    expect(new TextEncoder().encode(rendered.text).length).toBeLessThanOrEqual(10_000)
    expect(rendered.document.grants?.map(({ name }) => name)).toEqual(['zz-forbids'])
    const revoked = sessions.filter(({ spec }) => spec.revoked).map(({ metadata }) => metadata.name)
    expect(rendered.document.sessions?.map(({ name }) => name)).toEqual(expect.arrayContaining(revoked))
    const surplus = rendered.findings.filter(({ verdict }) => verdict.reason === 'TooLarge')
    expect(surplus.filter(({ kind }) => kind === 'MCPAccessGrant')).toHaveLength(60)
  })

  test.each([
    ['what denies does not fit', 1_300],
    ['the server itself does not fit', 300],
  ])('shuts the server when %s', (_, bytesMax) => {
    const rules = many.map((index) => ({ name: `tool-${index}`, decision: 'deny' as const }))
    const forbids = grantOn('s', 'forbids', { toolRules: rules })
    const rendered = renderPolicy(serverNamed('s'), [forbids], [], now, { bytesMax })
    expect(rendered.document.server.disabled).toBe(true)
    expect(said(rendered)).toEqual({ s: 'TooLarge' })
  })
})
