import { describe, expect, test } from 'vitest'
import { compile, evaluate, type PolicyDocument, type PolicyRequest } from './index.ts'
import { markOf, memoEntriesMax } from './memo.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  tools: [{ name: 'list', side_effect: 'read' }],
  grants: [
    {
      name: 'g',
      agent_id: 'ops',
      max_trust: 'high',
      allowed_side_effects: ['read'],
      not_after: '2026-06-01T12:00:01Z',
    },
  ],
  sessions: [
    { name: 'a', human_id: 'alice', consented_trust: 'high' },
    { name: 'b', human_id: 'bob', consented_trust: 'high' },
  ],
}
const call = (rest: Partial<PolicyRequest> = {}): PolicyRequest => ({
  agent: 'ops',
  method: 'tools/call',
  target: 'list',
  ...rest,
})

describe('verdicts that are kept', () => {
  test('are given again without making a new one', () => {
    const policy = compile(document)
    evaluate(policy, call(), now)
    expect(evaluate(policy, call(), now)).toBe(evaluate(policy, call(), now))
  })

  test('stand only until an instant that they rest on', () => {
    const policy = compile(document)
    expect(evaluate(policy, call(), now + 999).allowed).toBe(true)
    expect(evaluate(policy, call(), now + 1000).reason).toBe('tool_not_granted')
    expect(evaluate(policy, call(), now).allowed).toBe(true)
  })

  test('tell callers apart whom only sessions name', () => {
    const policy = compile(document)
    expect(evaluate(policy, call({ human: 'alice', session: 'a' }), now).allowed).toBe(true)
    expect(evaluate(policy, call({ human: 'bob', session: 'a' }), now).reason).toBe('session_not_found')
    expect(evaluate(policy, call({ human: 'alice', session: 'a' }), now).allowed).toBe(true)
  })

  test('are never those of a stranger, who so cannot push out the others', () => {
    const policy = compile(document)
    for (let i = 0; i < 2; i++) evaluate(policy, call(), now)
    for (let i = 0; i < 10_000; i++) {
      evaluate(policy, call({ target: `unheard-${i}` }), now)
      evaluate(policy, call({ agent: `stranger-${i}` }), now)
      evaluate(policy, call({ session: `junk-${i}` }), now)
    }
    expect(policy.memo.entries.filter((entry) => entry !== undefined)).toHaveLength(1)
    expect(policy.memo.entries).toHaveLength(memoEntriesMax)
  })

  test('are not mistaken for those of another session that falls on the same place', () => {
    const ids = Array.from({ length: memoEntriesMax + 1 }, (_, i) => i + 1)
    const sessions = ids.map((id) => ({ name: `s${id}`, agent_id: 'ops' }))
    const { grants, targets } = compile({ ...document, sessions })
    const agent = grants.agents.get('ops') ?? 0
    const placeOf = (id: number) => markOf(0, agent, 0, id, targets.get('list') ?? 0) & (memoEntriesMax - 1)
    // There are more sessions than places, so two of them share one.
    const seen = new Map<number, number>()
    const second = ids.find((id) => seen.has(placeOf(id)) || !seen.set(placeOf(id), id)) ?? 0
    const first = seen.get(placeOf(second)) ?? 0
    expect([first, second]).not.toContain(0)

    const revoked = sessions.map((one) => (one.name === `s${second}` ? { ...one, revoked: true } : one))
    const policy = compile({ ...document, sessions: revoked })
    const judge = (id: number) => evaluate(policy, call({ session: `s${id}` }), now).reason
    expect([judge(first), judge(first)]).toEqual(['allowed', 'allowed'])
    expect([judge(second), judge(second), judge(second)]).toEqual(Array(3).fill('session_revoked'))
  })

  test('are not mistaken for those of another kind of completion', () => {
    const prompt_rules = [{ name: 'summary' }]
    const policy = compile({
      ...document,
      policy: { governs: ['all'] },
      grants: [{ ...document.grants?.[0], name: 'g', prompt_rules }],
    })
    const complete = (refType: string) =>
      evaluate(policy, { agent: 'ops', method: 'completion/complete', target: 'summary', refType }, now)
        .allowed
    complete('ref/prompt')
    expect([complete('ref/prompt'), complete('ref/resource'), complete('ref/prompt')]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('do not include one that rests on arguments', () => {
    const grants = [
      {
        name: 'g',
        agent_id: 'ops',
        allowed_side_effects: ['read'],
        tool_rules: [{ name: 'list', when: [{ pointer: '/n', op: 'eq', value: 1 }] }],
      },
    ] as const
    const policy = compile({ ...document, grants })
    expect(evaluate(policy, call({ arguments: { n: 1 } }), now).allowed).toBe(true)
    expect(evaluate(policy, call({ arguments: { n: 2 } }), now).allowed).toBe(false)
  })
})

describe('whatever a request holds', () => {
  const strange = [
    '__proto__',
    'constructor',
    'toString',
    'a\0b',
    '\ud800',
    'x'.repeat(1_000_000),
    ' ',
    '*',
    'lis*',
  ] as const
  test.each(strange)('a name like %.20s is a name', (name) => {
    const policy = compile(document)
    expect(evaluate(policy, call({ target: name }), now).reason).toBe('tool_side_effect_unknown')
    expect(evaluate(policy, { agent: name, method: 'tools/call', target: 'list' }, now).reason).toBe(
      'no_matching_grant',
    )
    expect(evaluate(policy, call({ session: name }), now).reason).toBe('session_not_found')
    expect(evaluate(policy, call({ method: name }), now).reason).toBe('allowed')
  })

  test('hostile arguments do not make it throw', () => {
    const when = [{ pointer: '/a/b', op: 'eq', value: 1 }] as const
    const grants = [
      { name: 'g', agent_id: 'ops', allowed_side_effects: ['read'], tool_rules: [{ name: 'list', when }] },
    ] as const
    const policy = compile({ ...document, grants })
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('trap')
        },
      },
    )
    for (const hostile of [
      trap,
      { a: trap },
      null,
      5,
      'text',
      [],
      () => 1,
      Symbol('s'),
      { a: { __proto__: { b: 1 } } },
    ]) {
      expect(evaluate(policy, call({ arguments: hostile }), now).reason).toBe('argument_not_allowed')
    }
  })

  test('a clock that shows no time lets nothing pass that has an end', () => {
    expect(evaluate(compile(document), call(), Number.NaN).allowed).toBe(false)
    expect(evaluate(compile(document), call({ human: 'alice', session: 'a' }), Number.NaN).allowed).toBe(
      false,
    )
  })

  test('a document that nobody read, with times that are none, gives what has no time', () => {
    const grant = { ...document.grants?.[0], name: 'g' }
    for (const times of [{ not_after: 'soon' }, { not_after: undefined, not_before: 'late' }]) {
      const policy = compile({ ...document, grants: [{ ...grant, ...times }] })
      expect(evaluate(policy, call(), now).reason).toBe('tool_not_granted')
    }
    for (const session of [{ idle_timeout: '1 day' }, { max_lifetime: '1 day' }]) {
      const policy = compile({
        ...document,
        session,
        sessions: [{ name: 'a', agent_id: 'ops', issued_at: '2026-06-01T11:59:59Z' }],
      })
      expect(evaluate(policy, call({ session: 'a', sessionSeenAt: now }), now).reason).toBe('session_expired')
    }
  })

  test('wrong types are strangers', () => {
    const wrong = {
      agent: 5,
      session: {},
      method: 'tools/call',
      target: ['list'],
    } as unknown as PolicyRequest
    expect(evaluate(compile(document), wrong, now).allowed).toBe(false)
  })
})

describe('a number of look-ups that does not grow', () => {
  const lookUps = (size: number): number => {
    const grants = Array.from({ length: size }, (_, i) => ({
      name: `g${i}`,
      human_id: `human-${i}`,
      agent_id: `agent-${i % 100}`,
      allowed_side_effects: ['read' as const],
    }))
    const policy = compile({ ...document, grants })
    const { get } = Map.prototype
    let count = 0
    Map.prototype.get = function (this: Map<unknown, unknown>, key) {
      count++
      return get.call(this, key)
    }
    try {
      expect(evaluate(policy, call({ human: 'human-7', agent: 'agent-7' }), now).allowed).toBe(true)
    } finally {
      Map.prototype.get = get
    }
    const visited = policy.grants.find(
      policy.grants.humans.get('human-7') ?? 0,
      policy.grants.agents.get('agent-7') ?? 0,
      0,
    )
    return count + visited.length
  }

  test('with the number of grants', () => {
    expect(lookUps(50_000)).toBe(lookUps(50))
  })
})
