import type { PolicyDocument } from '@mcp-sentinel/policy'
import { expect, test } from 'vitest'
import { bestSession, callersOf, callerText, noQuestion, requestOf } from './question.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  server: { name: 's' },
  grants: [
    { name: 'a', agent_id: 'ops', team_id: 'red' },
    { name: 'b', agent_id: 'ops', team_id: 'red' },
    { name: 'c', human_id: 'ada' },
  ],
  sessions: [
    { name: 'low', human_id: 'ada', agent_id: 'ops', consented_trust: 'low' },
    { name: 'over', agent_id: 'ops', consented_trust: 'high', expires_at: '2026-06-01T12:00:00Z' },
    { name: 'revoked', agent_id: 'ops', consented_trust: 'high', revoked: true },
    { name: 'medium', agent_id: 'ops', consented_trust: 'medium' },
  ],
}

test('everybody whom a policy speaks of is there once, with each session', () => {
  expect(callersOf(document).map((caller) => `${callerText(caller)} ${caller.session ?? ''}`.trim())).toEqual(
    ['ada', 'ada · ops low', 'ops over', 'ops revoked', 'ops medium', 'ops · team red'],
  )
})

test('a team is told by the name that it is known by', () => {
  expect(callerText({ agent: 'ops', team: 't-1' }, (id) => (id === 't-1' ? 'red' : id))).toBe(
    'ops · team red',
  )
})

test.each([
  [{ agent: 'ops' }, 'medium'],
  [{ human: 'ada' }, 'medium'],
  [{ agent: 'other' }, undefined],
  [{ human: 'grace', agent: 'ops' }, 'medium'],
])('of the sessions of %o the best that holds is %s', (caller, name) => {
  expect(bestSession(document, caller, now)?.name).toBe(name)
})

test('a question becomes the call that is judged', () => {
  const asked = { ...noQuestion, agent: 'ops', tool: 'refund', arguments: ' {"amount": 5} ' }
  expect(requestOf(asked, now)).toEqual({
    human: '',
    agent: 'ops',
    team: '',
    session: '',
    method: 'tools/call',
    target: 'refund',
    sessionSeenAt: now,
    arguments: { amount: 5 },
  })
  expect(requestOf({ ...asked, arguments: '' }, now)).not.toHaveProperty('arguments')
  expect(requestOf({ ...asked, arguments: '{"amount"' }, now)).toBeUndefined()
})
