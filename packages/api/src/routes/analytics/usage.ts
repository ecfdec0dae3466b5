import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import {
  type ClickHouse,
  latency,
  newestEvents,
  refusalReasons,
  type Scope,
  type Usage,
  usage,
} from '@mcp-sentinel/events/clickhouse'
import { membershipIn } from '../../caller.ts'
import type { Engines } from '../../engines.ts'
import { inTime } from '../../in-time.ts'
import { faulty } from '../../problems.ts'
import { own, type Routes } from '../../serving/route.ts'
import { toldEvent } from '../../told-event.ts'

type Answer = ResponseOf<Endpoints['analytics']['usage']>

interface Asked {
  readonly limit: number
  readonly window_days: number
  readonly server?: string | undefined
  readonly decision?: string | undefined
  readonly status?: string | undefined
  readonly outcome?: string | undefined
  readonly tool_name?: string | undefined
  readonly tool?: string | undefined
}

const namesDeadlineMs = 1_000

export const usageRoutes = ({
  store,
  accountsIfAny,
  clock,
}: Engines): Routes<Pick<Endpoints['analytics'], 'usage' | 'userUsage'>> => {
  const answer = async (question: Asked, scope: Scope | undefined): Promise<Answer> => {
    const { limit, window_days, server } = question
    const decision = sameOf(question, ['decision', 'status', 'outcome'])
    const toolName = sameOf(question, ['tool_name', 'tool'])
    const calls = { windowDays: window_days, nowMs: clock(), scope, server, decision, toolName, limit }
    const echoed = {
      names: {},
      window_days,
      filters: {
        namespaces: [...(scope?.namespaces ?? [])],
        team_ids: [...(scope?.teamIds ?? [])],
        ...(server === undefined ? {} : { server }),
        ...(decision === undefined ? {} : { decision }),
        ...(toolName === undefined ? {} : { tool_name: toolName }),
      },
    }
    if (scope?.namespaces.length === 0 && scope.teamIds.length === 0) return { ...nothing, ...echoed }
    const engine = store()
    const [usages, refusals, latencies, recent] = await Promise.all([
      usage(engine, calls),
      refusalReasons(engine, calls),
      latency(engine, calls),
      recentCalls(engine, calls),
    ])
    // Ids say it, too: nobody waits for names of a database that does not answer.
    const asked = accountsIfAny?.names.of(idsIn(usages)).catch(() => undefined)
    const names = (asked && (await inTime(asked, namesDeadlineMs))) ?? {}
    return { ...copied(usages), refusals: [...refusals], latency: [...latencies], recent, ...echoed, names }
  }

  return {
    usage: {
      action: 'analytics.read-all',
      handle: ({ query: { namespace, team_id, ...asked } }) =>
        answer(
          asked,
          namespace === undefined && team_id === undefined
            ? undefined
            : { namespaces: listOf(namespace), teamIds: listOf(team_id) },
        ),
    },
    userUsage: {
      action: 'analytics.read',
      on: ({ query: { namespace }, caller }) =>
        namespace === undefined ? own : { membership: membershipIn(caller, namespace), ownership: 'other' },
      // By namespace alone: the team stands in what gateways tell, the namespace in what they may tell of.
      handle: ({ query: { namespace, ...asked }, caller }) =>
        answer(asked, {
          namespaces: namespace === undefined ? caller.teams.map((team) => team.namespace) : [namespace],
          teamIds: [],
        }),
    },
  }
}

const listOf = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])

/** What is called by several names is given once, or each time the same. */
const sameOf = (asked: Asked, names: readonly (keyof Asked)[]): string | undefined => {
  const given = names.flatMap((name) => (asked[name] === undefined ? [] : [{ name, value: asked[name] }]))
  const [first] = given
  const other = given.find(({ value }) => value !== first?.value)
  if (other !== undefined)
    throw faulty('invalid_query_param', [
      { pointer: other.name, message: `says another than ${first?.name}, which is the same` },
    ])
  return first === undefined ? undefined : String(first.value)
}

const recentCalls = async (
  store: ClickHouse,
  calls: {
    readonly scope: Scope | undefined
    readonly server: string | undefined
    readonly decision: string | undefined
    readonly toolName: string | undefined
    readonly limit: number
  },
): Promise<Answer['recent']> => {
  const { scope, server, decision, toolName: tool_name, limit } = calls
  const filter = {
    event_type: 'mcp.request',
    rpc_method: 'tools/call',
    ...{ scope, server, tool_name },
    decision: decision === 'unknown' ? '' : decision,
  }
  const { events } = await newestEvents(store, { filter, limit })
  return events.map((event) => {
    const {
      id,
      received_at,
      payload,
      source,
      trace_id,
      cluster,
      reason,
      chain,
      seq,
      chain_note,
      key_id,
      ...told
    } = toldEvent(event)
    return told
  })
}

const idsIn = ({ actors, tools, servers }: Usage): readonly string[] => [
  ...actors.map(({ human_id }) => human_id),
  ...tools.flatMap(({ human_id, team_id }) => [human_id, team_id]),
  ...servers.map(({ team_id }) => team_id),
]

const copied = ({ totals, servers, actors, tools, decisions, series }: Usage) => ({
  totals,
  servers: [...servers],
  actors: [...actors],
  tools: [...tools],
  decisions: [...decisions],
  series: [...series],
})

const nothing = {
  totals: {
    events: 0,
    allowed: 0,
    denied: 0,
    unique_servers: 0,
    unique_humans: 0,
    unique_agents: 0,
    unique_sessions: 0,
  },
  servers: [],
  actors: [],
  tools: [],
  decisions: [],
  series: [],
  recent: [],
  refusals: [],
  latency: [],
} satisfies Partial<Answer>
