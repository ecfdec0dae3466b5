import { type EventFilter, filterColumns, type Scope } from '../clickhouse/queries/filter.ts'
import type { Calls } from '../clickhouse/queries/usage/calls.ts'
import type { Usage, UsageQuestion } from '../clickhouse/queries/usage.ts'
import type { Fact } from './event-facts.ts'

/** What the store should answer, found by looking at every event. */

const sees = ({ namespaces, teamIds }: Scope, fact: Fact): boolean =>
  (fact.namespace !== '' && namespaces.includes(fact.namespace)) ||
  (fact.team_id !== '' && teamIds.includes(fact.team_id))

export const matches = (filter: EventFilter, fact: Fact): boolean =>
  filterColumns.every((column) => filter[column] === undefined || filter[column] === fact[column]) &&
  (filter.fromMs === undefined || fact.timestampMs >= filter.fromMs) &&
  (filter.toMs === undefined || fact.timestampMs < filter.toMs) &&
  (filter.scope === undefined || sees(filter.scope, fact))

export const newestFirst = (a: Fact, b: Fact): number =>
  b.timestampMs - a.timestampMs || b.partition - a.partition || b.offset - a.offset

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const byHour = ({ windowDays }: Calls): boolean => windowDays <= 2

const bucketOf = (calls: Calls, ms: number): number => {
  const unitMs = byHour(calls) ? hourMs : dayMs
  return Math.floor(ms / unitMs) * unitMs
}

const since = (calls: Calls): number => {
  const { nowMs, windowDays } = calls
  const current = bucketOf(calls, nowMs)
  return byHour(calls) ? current - (windowDays * 24 - 1) * hourMs : current - (windowDays - 1) * dayMs
}

const decisionOf = (fact: Fact): string => fact.decision || 'unknown'

export const callsAmong = (facts: readonly Fact[], calls: Calls): readonly Fact[] => {
  const { scope, server, decision, toolName } = calls
  const filter = { event_type: 'mcp.request', rpc_method: 'tools/call', fromMs: since(calls), scope }
  return facts.filter(
    (fact) =>
      matches(filter, fact) &&
      (server === undefined || fact.server === server) &&
      (toolName === undefined || fact.tool_name === toolName) &&
      (decision === undefined || decisionOf(fact) === decision),
  )
}

export const grouped = <K extends string>(
  facts: readonly Fact[],
  keyOf: (fact: Fact) => Readonly<Record<K, string>>,
) => {
  const groups = new Map<string, { key: Readonly<Record<K, string>>; facts: Fact[] }>()
  for (const fact of facts) {
    const key = keyOf(fact)
    const group = groups.get(JSON.stringify(key)) ?? { key, facts: [] }
    groups.set(JSON.stringify(key), group)
    group.facts.push(fact)
  }
  return [...groups.values()]
}

const decided = (facts: readonly Fact[], decision: string): number =>
  facts.filter((fact) => fact.decision === decision).length

const different = (facts: readonly Fact[], nameOf: (fact: Fact) => string): number =>
  new Set(facts.map(nameOf).filter((name) => name !== '')).size

const serverOf = ({ namespace, server }: Fact): string => (server === '' ? '' : `${namespace}/${server}`)
const toolOf = ({ namespace, server, tool_name }: Fact): string =>
  tool_name === '' ? '' : `${namespace}/${server}/${tool_name}`

const lastSeen = (facts: readonly Fact[]): string =>
  new Date(Math.max(...facts.map(({ timestampMs }) => timestampMs))).toISOString()

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The most frequent first; those alike in the order of their names. */
const top = <Row extends { readonly events: number }>(
  rows: readonly Row[],
  limit: number,
  names: readonly (keyof Row)[],
): readonly Row[] =>
  rows
    .toSorted(
      (a, b) =>
        b.events - a.events ||
        names.reduce((order, name) => order || compareText(String(a[name]), String(b[name])), 0),
    )
    .slice(0, limit)

export const naiveUsage = (facts: readonly Fact[], question: UsageQuestion): Usage => {
  const { limit } = question
  const calls = callsAmong(facts, question)
  const humans = (some: readonly Fact[]) => different(some, ({ human_id }) => human_id)
  const agents = (some: readonly Fact[]) => different(some, ({ agent_id }) => agent_id)

  const servers = grouped(calls, ({ server, namespace, team_id }) => ({ server, namespace, team_id })).map(
    ({ key, facts: some }) => ({
      ...key,
      events: some.length,
      allowed: decided(some, 'allow'),
      denied: decided(some, 'deny'),
      unique_humans: humans(some),
      unique_agents: agents(some),
      last_seen: lastSeen(some),
    }),
  )
  const actors = grouped(calls, ({ human_id, agent_id }) => ({ human_id, agent_id })).map(
    ({ key, facts: some }) => ({
      ...key,
      events: some.length,
      unique_servers: different(some, serverOf),
      unique_tools: different(some, toolOf),
      denied: decided(some, 'deny'),
      last_seen: lastSeen(some),
    }),
  )
  const tools = grouped(calls, ({ server, tool_name, human_id, team_id, agent_id }) => ({
    server,
    tool_name,
    human_id,
    team_id,
    agent_id,
  })).map(({ key, facts: some }) => ({
    ...key,
    events: some.length,
    denied: decided(some, 'deny'),
    last_seen: lastSeen(some),
  }))
  const decisions = grouped(calls, (fact) => ({ decision: decisionOf(fact) })).map(
    ({ key, facts: some }) => ({ ...key, events: some.length }),
  )
  const series = grouped(calls, ({ timestampMs }) => ({
    bucket: new Date(bucketOf(question, timestampMs)).toISOString(),
  })).map(({ key, facts: some }) => ({
    ...key,
    events: some.length,
    allowed: decided(some, 'allow'),
    denied: decided(some, 'deny'),
  }))

  return {
    totals: {
      events: calls.length,
      allowed: decided(calls, 'allow'),
      denied: decided(calls, 'deny'),
      unique_servers: different(calls, serverOf),
      unique_humans: humans(calls),
      unique_agents: agents(calls),
      unique_sessions: different(calls, ({ session_id }) => session_id),
    },
    servers: top(servers, limit, ['server', 'namespace', 'team_id']),
    actors: top(actors, limit, ['human_id', 'agent_id']),
    tools: top(tools, limit, ['server', 'tool_name', 'human_id', 'team_id', 'agent_id']),
    decisions: top(decisions, limit, ['decision']),
    series: series.toSorted((a, b) => compareText(a.bucket, b.bucket)),
  }
}
