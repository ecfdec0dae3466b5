import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chainStartPayload, checkpointPayload, gapPayload, requestPayload } from './build.ts'
import { canonicalJson } from './canonical-json.ts'
import type { AuditHead, RequestRecord } from './envelope.ts'

const word = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'a"b\\c', '<&>\u2028'))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const head: fc.Arbitrary<AuditHead> = fc.record({
  chain: fc.constant('ns/server/pod/0198d3c0-0000-7000-8000-000000000001'),
  event_type: fc.constant('mcp.request'),
  id: fc.constant('0198d3c0-0000-7000-8000-000000000002'),
  prev: fc.constantFrom('', 'a'.repeat(64)),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  source: fc.constant('gateway'),
  time: fc.constant('2026-06-01T12:00:00.000Z'),
  v: fc.constant(1 as const),
})
const record: fc.Arbitrary<RequestRecord> = fc.record({
  admin_trust: maybe(fc.constant('high')),
  agent_id: word,
  arguments_digest: maybe(fc.constant('sha256:0')),
  audit: maybe(fc.constantFrom('required', 'best-effort')),
  bytes_in: fc.nat(),
  bytes_out: fc.nat(),
  cluster: word,
  commitments: maybe(fc.dictionary(word, fc.constant('sha256:0'), { maxKeys: 3 })),
  consented_trust: maybe(fc.constant('low')),
  decision: fc.constantFrom('allow', 'deny'),
  decision_id: fc.constant('0198d3c0-0000-7000-8000-000000000003'),
  effective_trust: maybe(fc.constant('low')),
  evaluator: maybe(fc.constant('policy@0')),
  human_id: word,
  latency_ms: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  matched_grant: maybe(word),
  matched_grant_namespace: maybe(word),
  matched_session: maybe(word),
  matched_session_namespace: maybe(word),
  method: word,
  namespace: word,
  outcome: maybe(fc.constantFrom('closed', 'unknown')),
  path: word,
  policy_revision: maybe(word),
  policy_version: word,
  reason: fc.constant('allowed'),
  required_side_effect: maybe(fc.constant('read')),
  required_trust: maybe(fc.constant('low')),
  risk_level: maybe(fc.constant('low')),
  rpc_method: maybe(word),
  server: word,
  session_id: word,
  status: fc.nat(),
  subject_team_id: word,
  team_id: word,
  tool_digest: maybe(word),
  tool_name: maybe(word),
  would_be: maybe(fc.constant('tool_denied')),
})

const isCanonical = (payload: string): boolean => canonicalJson(JSON.parse(payload)) === payload

describe('what is built is canonical as it stands', () => {
  test('a request, whatever it tells', () => {
    fc.assert(
      fc.property(head, record, (audit, told) => isCanonical(requestPayload(audit, told))),
      { numRuns: 2000 },
    )
  })

  test('the other events', () => {
    fc.assert(
      fc.property(head, word, fc.nat(), (audit, text, n) => {
        expect(
          isCanonical(chainStartPayload(audit, { prev_chain: '', prev_head: '', reason: 'start' })),
        ).toBe(true)
        expect(
          isCanonical(checkpointPayload(audit, { chain: 'c', seq: n, head: 'h', kid: text, sig: 's' })),
        ).toBe(true)
        expect(isCanonical(gapPayload(audit, { lost: n, reason: text, from: 'a', until: 'b' }))).toBe(true)
      }),
    )
  })

  test('and its text is text: half of a surrogate pair becomes U+FFFD', () => {
    fc.assert(
      fc.property(
        head,
        record,
        (audit, told) => Buffer.from(requestPayload(audit, told)).toString() === requestPayload(audit, told),
      ),
    )
  })
})

test('a request carries the keys of the Go implementation', () => {
  const [audit] = fc.sample(head, { seed: 1, numRuns: 1 })
  const told = { ...fc.sample(record, { seed: 1, numRuns: 1 })[0] } as RequestRecord
  const keys = Object.keys(JSON.parse(requestPayload(audit as AuditHead, told)))
  const always = [
    'method',
    'path',
    'status',
    'latency_ms',
    'bytes_in',
    'bytes_out',
    'server',
    'namespace',
    'team_id',
    'cluster',
    'human_id',
    'agent_id',
    'subject_team_id',
    'session_id',
    'decision',
    'reason',
    'policy_version',
  ]
  expect(keys).toEqual(expect.arrayContaining(always))
})
