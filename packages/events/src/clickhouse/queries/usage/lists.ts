import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { asMs, rfc3339 } from '../times.ts'
import { type Calls, caller, callsByCaller } from './calls.ts'

export interface ServerUsage {
  readonly server: string
  readonly namespace: string
  readonly team_id: string
  readonly events: number
  readonly allowed: number
  readonly denied: number
  readonly unique_humans: number
  readonly unique_agents: number
  readonly last_seen: string
}

export interface ActorUsage {
  readonly human_id: string
  readonly agent_id: string
  readonly events: number
  readonly unique_servers: number
  readonly unique_tools: number
  readonly denied: number
  readonly last_seen: string
}

export interface ToolUsage {
  readonly server: string
  readonly tool_name: string
  readonly human_id: string
  readonly team_id: string
  readonly agent_id: string
  readonly events: number
  readonly denied: number
  readonly last_seen: string
}

/** How many different there are is exact up to some ten thousands, beyond that to a percent. */
export interface CallTotals {
  readonly events: number
  readonly allowed: number
  readonly denied: number
  readonly unique_servers: number
  readonly unique_humans: number
  readonly unique_agents: number
}

export interface UsageLists {
  /** A call without a person or an agent counts as a call, and as nobody's. */
  readonly totals: CallTotals
  /** The servers that are called most. */
  readonly servers: readonly ServerUsage[]
  /** Who calls most: a person through an agent. */
  readonly actors: readonly ActorUsage[]
  /** The tools that are called most, with one row for each of their callers. */
  readonly tools: readonly ToolUsage[]
}

interface Row extends CallTotals {
  /** A bit for each of server, person and tool that the row is not about. */
  readonly list: number
  readonly server: string
  readonly namespace: string
  readonly team_id: string
  readonly tool_name: string
  readonly human_id: string
  readonly agent_id: string
  readonly unique_tools: number
  readonly last_ms: number
}

const lists = { tools: 0b000, servers: 0b011, actors: 0b101, totals: 0b111 } as const

/**
 * All lists in one pass, since reading who called what is most of their cost. What is counted as different is hashed
 * once for all of them.
 */
export const usageLists = async (store: ClickHouse, calls: Calls, limit: number): Promise<UsageLists> => {
  const { sql, parameters } = callsByCaller(calls)
  const rows = await store.ask<Row>(
    `SELECT
        grouping(server, human_id, tool_name) AS list,
        server, namespace, team_id, tool_name, human_id, agent_id,
        toFloat64(sum(c.events)) AS events,
        toFloat64(sum(c.allowed)) AS allowed,
        toFloat64(sum(c.denied)) AS denied,
        toFloat64(uniqIf(called_server, server != '')) AS unique_servers,
        toFloat64(uniqIf(called_tool, tool_name != '')) AS unique_tools,
        toFloat64(uniqIf(human_id, human_id != '')) AS unique_humans,
        toFloat64(uniqIf(agent_id, agent_id != '')) AS unique_agents,
        ${asMs('max(c.last)')} AS last_ms
    FROM
    (
        SELECT
            ${caller}, sum(w.events) AS events, sum(w.allowed) AS allowed, sum(w.denied) AS denied, max(w.last) AS last,
            sipHash64(namespace, server) AS called_server, sipHash64(namespace, server, tool_name) AS called_tool
        FROM (${sql}) AS w
        GROUP BY ${caller}
    ) AS c
    GROUP BY GROUPING SETS
    (
        (server, namespace, team_id), (human_id, agent_id), (server, tool_name, human_id, team_id, agent_id), ()
    )
    ORDER BY list, events DESC, server, tool_name, namespace, human_id, team_id, agent_id
    LIMIT {limit:UInt32} BY list`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
  const of = (list: number): readonly Row[] => rows.filter((row) => row.list === list)
  const [totals] = of(lists.totals)
  return {
    totals: totalsOf(totals),
    servers: of(lists.servers).map(serverOf),
    actors: of(lists.actors).map(actorOf),
    tools: of(lists.tools).map(toolOf),
  }
}

const totalsOf = (row: Row | undefined): CallTotals => ({
  events: row?.events ?? 0,
  allowed: row?.allowed ?? 0,
  denied: row?.denied ?? 0,
  unique_servers: row?.unique_servers ?? 0,
  unique_humans: row?.unique_humans ?? 0,
  unique_agents: row?.unique_agents ?? 0,
})

const serverOf = (row: Row): ServerUsage => ({
  server: row.server,
  namespace: row.namespace,
  team_id: row.team_id,
  events: row.events,
  allowed: row.allowed,
  denied: row.denied,
  unique_humans: row.unique_humans,
  unique_agents: row.unique_agents,
  last_seen: rfc3339(row.last_ms),
})

const actorOf = (row: Row): ActorUsage => ({
  human_id: row.human_id,
  agent_id: row.agent_id,
  events: row.events,
  unique_servers: row.unique_servers,
  unique_tools: row.unique_tools,
  denied: row.denied,
  last_seen: rfc3339(row.last_ms),
})

const toolOf = (row: Row): ToolUsage => ({
  server: row.server,
  tool_name: row.tool_name,
  human_id: row.human_id,
  team_id: row.team_id,
  agent_id: row.agent_id,
  events: row.events,
  denied: row.denied,
  last_seen: rfc3339(row.last_ms),
})
