import { describe, expect, test } from 'vitest'
import { answerOf, type DenialStyle, type Refusal, type Refused } from './refusal.ts'

const tool: Refusal = { reason: 'tool_denied', decisionId: 'd1', call: { id: 7, method: 'tools/call' } }
const prompt: Refusal = {
  reason: 'target_denied',
  decisionId: 'd2',
  call: { id: 'p', method: 'prompts/get' },
}
const notification: Refusal = {
  reason: 'tool_denied',
  decisionId: 'd3',
  call: { id: undefined, method: 'tools/call' },
}
const gone: Refusal = {
  reason: 'mcp_session_not_found',
  decisionId: 'd4',
  call: { id: 7, method: 'tools/call' },
}
const away: Refusal = {
  reason: 'policy_unavailable',
  decisionId: 'd5',
  call: { id: 7, method: 'tools/call' },
}
const fault: Refusal = {
  reason: 'rpc_inspection_failed',
  decisionId: 'd6',
  call: { id: undefined, method: '' },
  detail: 'the name "name" comes twice',
  code: -32600,
  status: 400,
}

const said = (style: DenialStyle, refusals: readonly Refusal[], more: Partial<Refused> = {}) => {
  const answer = answerOf({ refusals, isBatch: false, era: 'legacy', style, ...more })
  return { ...answer, body: answer.body === '' ? undefined : JSON.parse(answer.body) }
}

const error = (code: number) => expect.objectContaining({ code })
const asTool = { result: expect.objectContaining({ isError: true }) }

describe('how a refusal is spoken', () => {
  test.each<[DenialStyle, string, Refusal, number, object | undefined]>([
    ['http', 'a tool', tool, 403, { id: 7, error: error(403_000) }],
    ['http', 'a prompt', prompt, 403, { id: 'p', error: error(403_000) }],
    ['http', 'a notification', notification, 403, { id: null, error: error(403_000) }],
    ['http', 'nothing in particular', { reason: 'missing_identity', decisionId: 'd' }, 401, { id: null }],
    ['http', 'without a policy', away, 503, { id: 7, error: error(503_000) }],
    ['http', 'a session that is gone', gone, 404, { id: 7, error: error(404_000) }],
    ['jsonrpc', 'a tool', tool, 200, { id: 7, error: error(403_000) }],
    ['jsonrpc', 'a notification', notification, 202, undefined],
    ['tool-result', 'a tool', tool, 200, { id: 7, ...asTool }],
    ['tool-result', 'a prompt', prompt, 200, { id: 'p', error: error(403_000) }],
    ['tool-result', 'a notification', notification, 202, undefined],
    ['tool-result', 'without a policy', away, 200, { id: 7, ...asTool }],
    ['tool-result', 'a session that is gone', gone, 404, { id: 7, error: error(404_000) }],
    ['tool-result', 'what cannot be read', fault, 400, { id: null, error: error(-32_600) }],
  ])('%s: %s', (style, _, refusal, status, body) => {
    const answer = said(style, [refusal])
    expect(answer.status).toBe(status)
    expect(answer.headers['x-mcp-denial-reason']).toBe(refusal.reason)
    if (body === undefined) expect(answer.body).toBeUndefined()
    else expect(answer.body).toMatchObject({ jsonrpc: '2.0', ...body })
  })

  test('with a challenge it is always plain, so that clients see it', () => {
    const refusal: Refusal = { ...tool, reason: 'invalid_token' }
    const { status, headers } = said('tool-result', [refusal], { challenge: 'Bearer realm="x"' })
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="x"'])
  })

  test('a modern result says that it is complete', () => {
    expect(said('tool-result', [tool], { era: 'modern' }).body.result.resultType).toBe('complete')
    expect(said('tool-result', [tool]).body.result).not.toHaveProperty('resultType')
  })

  test('a batch is answered by all that have an id, and by none but a status where none has', () => {
    const { status, body } = said('http', [tool, notification, prompt], { isBatch: true })
    expect([status, body.map(({ id }: { id: unknown }) => id)]).toEqual([403, [7, 'p']])
    expect(said('http', [notification], { isBatch: true })).toMatchObject({ status: 202, body: undefined })
  })

  test('it names the decision, and what an adapter could do', () => {
    const identityHeaders = ['X-Human']
    expect(said('http', [tool], { identityHeaders }).body.error.data).toEqual({
      reason: 'tool_denied',
      decision_id: 'd1',
    })
    const missing: Refusal = { ...tool, reason: 'missing_identity' }
    expect(said('http', [missing], { identityHeaders }).body.error.data).toEqual({
      reason: 'missing_identity',
      decision_id: 'd1',
      adapter_required: true,
      required_headers: ['X-Human'],
    })
    const { _meta: meta } = said('tool-result', [missing], { identityHeaders }).body.result
    expect(meta['mcpruntime.org/decision']).toMatchObject({ decision: 'deny', adapter_required: true })
  })

  test('503 says when to come again', () => {
    expect(said('http', [away]).headers['retry-after']).toBe('1')
  })

  test('an argument that was not allowed is named', () => {
    const refusal: Refusal = { ...tool, reason: 'argument_not_allowed', pointer: '/amount' }
    expect(said('tool-result', [refusal]).body.result.content[0].text).toContain('/amount')
  })
})
