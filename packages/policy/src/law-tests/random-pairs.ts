import type { Condition, Grant, PolicyDocument, PolicyRequest, Rule, Session, Tool } from '../model.ts'

/** A small pseudo-random generator with a seed, so that a difference can be found again. */
export const createRandom = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const chance = (probability: number): boolean => next() < probability
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T
  const some = <T>(make: (index: number) => T, most: number): T[] =>
    Array.from({ length: below(most + 1) }, (_, i) => make(i))
  const maybe = <K extends string, T>(key: K, value: T, probability = 0.5) =>
    (chance(probability) ? { [key]: value } : {}) as { [P in K]?: T }
  return { below, chance, pick, some, maybe }
}
export type Random = ReturnType<typeof createRandom>

export const noon = Date.parse('2026-06-01T12:00:00Z')
const at = (hours: number): string => new Date(noon + hours * 3_600_000).toISOString()

const humans = ['alice', 'bob', '__proto__'] as const
const agents = ['ops-agent', 'dev-agent', 'constructor'] as const
const teams = ['red', 'blue'] as const
const toolNames = ['read_file', 'read_mail', 'write_file', 'delete_file', 'toString', 'read_*', ''] as const
const uris = ['file:///a', 'file:///a/b', 'mail://inbox', 'summary'] as const
const trusts = ['low', 'medium', 'high'] as const
const sideEffects = ['read', 'write', 'destructive'] as const
const digests = ['sha256:a', 'sha256:b'] as const
const sessions = ['s1', 's2', 's3'] as const
const methods = [
  'resources/read',
  'prompts/get',
  'completion/complete',
  'resources/subscribe',
  'subscriptions/listen',
  'tasks/get',
  'tools/list',
  'notifications/initialized',
  'new/method',
] as const

/** Mostly the first of a few, so that many meet, and now and then another. */
const usual = <T>(r: Random, values: readonly [T, ...T[]]): T => (r.chance(0.75) ? values[0] : r.pick(values))

const subject = (r: Random) => {
  const one = { ...r.maybe('human_id', usual(r, humans), 0.4), ...r.maybe('agent_id', usual(r, agents), 0.6) }
  return { ...one, ...r.maybe('team_id', usual(r, teams), 0.2) }
}
const unique = <T extends { readonly name: string }>(entries: readonly T[]): T[] => [
  ...new Map(entries.map((entry) => [entry.name, entry])).values(),
]

const values = [
  0,
  1,
  500,
  500.5,
  501,
  -1,
  2 ** 53,
  '501',
  'abc',
  'a',
  '',
  true,
  false,
  null,
  ['a', 500],
  [1, 2 ** 60],
  { b: 1 },
] as const

const condition = (r: Random): Condition => {
  const pointer = r.pick(['/amount', '/to', '/list/0', '/list', '/deep/b', '/a~1b'])
  const number = r.pick([0, 1, 500, 500.5])
  const scalar = r.pick([0, 500, 'a', 'abc', '501', true])
  return r.pick<() => Condition>([
    () => ({ pointer, op: r.pick(['eq', 'ne', 'contains']), value: scalar }),
    () => ({ pointer, op: r.pick(['lt', 'lte', 'gt', 'gte']), value: number }),
    () => ({ pointer, op: r.pick(['in', 'not_in']), value: r.pick([['a', 'abc'], [1, 500], [true]]) }),
    () => ({ pointer, op: r.pick(['prefix', 'suffix']), value: r.pick(['a', 'bc']) }),
    () => ({ pointer, op: 'matches', value: r.pick(['^a.*$', '^[a-c]+$', '.*0.*', '^(a|ab)(c|bcd)?$']) }),
    () => ({ pointer, op: r.pick(['exists', 'absent']) }),
  ])()
}

const rule = (r: Random, names: readonly string[], v2: boolean, conditions: boolean): Rule => {
  const drawn: Rule = {
    name: r.pick(v2 ? [...names, 'read_*', '*', 'file:///a*'] : names),
    ...r.maybe('decision', r.pick(['allow', 'allow', 'allow', 'deny'] as const), 0.9),
    ...r.maybe('required_trust', r.pick(trusts), 0.2),
    ...(v2 ? r.maybe('audit', r.pick(['required', 'best-effort'] as const), 0.2) : {}),
    ...(v2 && conditions ? r.maybe('when', [condition(r), ...r.some(() => condition(r), 1)], 0.4) : {}),
  }
  const { name, required_trust: trust } = drawn
  return v2 && trust !== undefined
    ? { ...drawn, record: { arguments: [{ pointer: `/${name}/${trust}` }] } }
    : drawn
}

const rules = (r: Random, names: readonly string[], v2: boolean, conditions: boolean): Rule[] =>
  unique(r.some(() => rule(r, names, v2, conditions), 3))

const grant = (r: Random, index: number, v2: boolean): Grant => ({
  name: `g${index}`,
  ...r.maybe('namespace', r.pick(['n1', 'n2'])),
  ...subject(r),
  max_trust: r.pick(trusts),
  allowed_side_effects: sideEffects.filter(() => r.chance(0.6)),
  ...r.maybe('policy_version', `gv${index}`, 0.3),
  ...r.maybe('disabled', true, 0.1),
  ...r.maybe('tool_rules', rules(r, toolNames, v2, true), 0.7),
  ...(v2
    ? {
        ...r.maybe('not_before', at(r.pick([-2, 0, 2])), 0.15),
        ...r.maybe('not_after', at(r.pick([-1, 0, 3])), 0.15),
        ...r.maybe('resource_rules', rules(r, uris, v2, false)),
        ...r.maybe('prompt_rules', rules(r, uris, v2, false)),
      }
    : {}),
})

const session = (r: Random, name: string, v2: boolean): Session => ({
  name,
  ...subject(r),
  ...r.maybe('consented_trust', r.pick(trusts), 0.9),
  ...r.maybe('revoked', true, 0.1),
  ...r.maybe('expires_at', at(r.pick([-1, 0, 1, 5]))),
  ...r.maybe('policy_version', `sv-${name}`, 0.2),
  ...(v2 ? r.maybe('issued_at', at(r.pick([-5, -1, 0])), 0.8) : {}),
})

const tool = (r: Random, name: string, v2: boolean): Tool => ({
  name,
  ...r.maybe('required_trust', r.pick(trusts)),
  ...r.maybe('side_effect', r.pick(sideEffects), 0.9),
  ...r.maybe('risk_level', r.pick(trusts), 0.2),
  ...(v2 ? r.maybe('definition_digest', r.pick(digests), 0.15) : {}),
})

/** A document with few names, so that rules, grants and sessions meet often. */
export const randomDocument = (r: Random): PolicyDocument => {
  const v2 = r.chance(0.6)
  const families = ['tools', 'resources', 'prompts', 'completion', 'subscriptions', 'tasks', 'all'] as const
  return {
    ...(v2 ? { schema_version: 'v2' } : r.maybe('schema_version', 'v1' as const)),
    revision: 'sha256:random',
    server: { name: 'server', ...(v2 ? r.maybe('disabled', true, 0.03) : {}) },
    ...r.maybe('auth', { mode: r.pick(['header', 'header', 'header', 'oauth', 'none'] as const) }, 0.15),
    policy: {
      ...r.maybe('mode', r.pick(['allow-list', 'observe'] as const), 0.3),
      ...r.maybe('default_decision', r.pick(['allow', 'deny'] as const)),
      ...r.maybe('policy_version', 'dv'),
      ...(v2 ? r.maybe('governs', ['tools' as const, ...r.some(() => r.pick(families), 3)], 0.7) : {}),
      ...(v2
        ? r.maybe(
            'disabled_tools',
            r.some(() => r.pick(['read_mail', 'delete_*', '']), 1),
            0.1,
          )
        : {}),
    },
    session: {
      ...r.maybe('required', true, 0.1),
      ...(v2 ? { ...r.maybe('max_lifetime', '3h', 0.2), ...r.maybe('idle_timeout', '1h', 0.2) } : {}),
    },
    tools: toolNames.filter((name) => name !== '' && r.chance(0.8)).map((name) => tool(r, name, v2)),
    grants: r.some((index) => grant(r, index, v2), 8),
    sessions: sessions.filter(() => r.chance(0.7)).map((name) => session(r, name, v2)),
  }
}

export const randomRequest = (r: Random): PolicyRequest => {
  const isTool = r.chance(0.7)
  return {
    ...r.maybe('human', usual(r, [...humans, 'mallory', '']), 0.8),
    ...r.maybe('agent', usual(r, [...agents, 'rogue']), 0.9),
    ...r.maybe('team', usual(r, teams), 0.6),
    ...r.maybe('session', usual(r, [...sessions, 'junk', '']), 0.4),
    method: isTool ? r.pick(['tools/call', 'call_tool']) : r.pick(methods),
    ...r.maybe('target', r.pick(isTool ? [...toolNames, 'never_heard_of'] : uris), 0.95),
    ...r.maybe('refType', r.pick(['ref/prompt', 'ref/resource']), 0.3),
    ...r.maybe(
      'arguments',
      {
        amount: r.pick(values),
        to: r.pick(values),
        list: [r.pick(values)],
        deep: { b: r.pick(values) },
        'a/b': r.pick(values),
      },
      0.8,
    ),
    ...r.maybe('inexact', [r.pick(['/amount', '/list/0', '/deep/b'])], 0.1),
    ...r.maybe('definitionDigest', r.pick(digests), 0.7),
    ...r.maybe('sessionSeenAt', noon - r.pick([0, 30, 60, 90]) * 60_000, 0.8),
  }
}

/** Around every instant that documents name, and on it. */
export const randomInstant = (r: Random): number =>
  noon + r.pick([-3, -2, -1, 0, 0, 0, 1, 2, 3, 5]) * 3_600_000 + r.pick([-1, 0, 1])
