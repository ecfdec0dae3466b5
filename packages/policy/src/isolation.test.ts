import { describe, expect, test } from 'vitest'
import { compile, evaluate, type PolicyDocument } from './index.ts'

/** Two servers, each with its own subject: what one policy grants must not be worth anything at the other. */
const serverOf = (server: string, human: string): PolicyDocument => ({
  schema_version: 'v1',
  server: { name: server, namespace: 'mcp-servers' },
  auth: { mode: 'header' },
  policy: { mode: 'allow-list', default_decision: 'deny' },
  session: { required: true },
  tools: ['add', 'subtract'].map((name) => ({ name, required_trust: 'low', side_effect: 'read' })),
  grants: [
    {
      name: `${human}-${server}`,
      namespace: 'mcp-servers',
      human_id: human,
      agent_id: `${human}-agent`,
      max_trust: 'high',
      allowed_side_effects: ['read'],
      tool_rules: [
        { name: human === 'alice' ? 'add' : 'subtract', decision: 'allow', required_trust: 'low' },
      ],
    },
  ],
  sessions: [
    {
      name: `${human}-session`,
      human_id: human,
      agent_id: `${human}-agent`,
      consented_trust: 'high',
      expires_at: '2030-12-31T23:59:00Z',
    },
  ],
})
const a = compile(serverOf('server-a-mcp', 'alice'))
const b = compile(serverOf('server-b-mcp', 'bob'))
const as = (human: string) => ({ human, agent: `${human}-agent`, session: `${human}-session` })

describe('per-server policy isolation', () => {
  test.each([
    ['alice on A, granted tool', a, as('alice'), 'add', 200, 'allowed'],
    ['alice on A, other tool', a, as('alice'), 'subtract', 403, 'tool_not_granted'],
    ['alice on B', b, as('alice'), 'add', 401, 'session_not_found'],
    ['alice on B, a tool that B grants to bob', b, as('alice'), 'subtract', 401, 'session_not_found'],
    ['bob on B, granted tool', b, as('bob'), 'subtract', 200, 'allowed'],
    ['bob on A', a, as('bob'), 'add', 401, 'session_not_found'],
    ['no headers', a, {}, 'add', 401, 'missing_identity'],
    ['unknown session', a, { ...as('alice'), session: 'unknown' }, 'add', 401, 'session_not_found'],
    [
      "alice with bob's session",
      a,
      { ...as('alice'), session: 'bob-session' },
      'add',
      401,
      'session_not_found',
    ],
    ['no session', a, { ...as('alice'), session: undefined }, 'add', 401, 'missing_session'],
  ] as const)('%s: %4$i', (_, policy, caller, target, status, reason) => {
    const decision = evaluate(
      policy,
      { ...caller, method: 'tools/call', target },
      Date.parse('2026-06-01T12:00:00Z'),
    )
    expect(decision).toMatchObject({ status, reason, allowed: status === 200 })
  })
})
