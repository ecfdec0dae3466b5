import { describe, expect, test } from 'vitest'
import { policyOf } from '../contract-tests/exchange.ts'
import { identityHeaders } from './identity-headers.ts'

describe('names of headers', () => {
  test('are the usual ones', () => {
    expect(identityHeaders(policyOf())).toEqual({
      human: 'X-MCP-Human-ID',
      agent: 'X-MCP-Agent-ID',
      team: 'X-MCP-Team-ID',
      session: 'X-MCP-Agent-Session',
    })
  })

  test('are those of the policy, else those given, else the usual ones', () => {
    const policy = policyOf({ mode: 'header', human_id_header: 'X-Human', team_id_header: ' ' })
    expect(identityHeaders(policy, { human: 'X-Not', agent: 'X-Agent' })).toEqual({
      human: 'X-Human',
      agent: 'X-Agent',
      team: 'X-MCP-Team-ID',
      session: 'X-MCP-Agent-Session',
    })
  })
})
