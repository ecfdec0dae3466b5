import type { Endpoints, QueryOf, ResponseOf } from '@mcp-sentinel/contract'
import type { MCPServer } from '@mcp-sentinel/resources'
import { driftOf } from '../live-inventory/drift.ts'
import type { Live } from '../live-inventory/live-inventories.ts'
import { given } from './items.ts'
import type { ServerItem } from './server-item.ts'

export type ToolRow = ResponseOf<Endpoints['servers']['tools']>['tools'][number]
type Query = QueryOf<Endpoints['servers']['tools']>

/** The tools of one server: those that were declared, and, where it was asked, those that it has. */
export const toolRows = (server: MCPServer, item: ServerItem, live: Live | undefined): readonly ToolRow[] => {
  const statusOf = new Map(live && driftOf(server, live)?.map(({ name, status }) => [name, status]))
  const about = {
    server_name: item.name,
    namespace: item.namespace,
    ...given({ team_id: item.team_id }),
    endpoint_url: item.endpoint,
    connect_config: item.access_json,
  }
  const declared = item.tools.map((tool) => {
    const status = statusOf.get(tool.name)
    return {
      tool_name: tool.name,
      ...given({
        description: tool.description,
        live: status && status === 'declared',
        risk_level: tool.riskLevel,
      }),
      ...about,
      declared: true,
      drift_status: status ?? ('declared' as const),
      required_trust: tool.requiredTrust,
      side_effect: tool.sideEffect,
      labels: tool.labels ?? {},
    }
  })
  const others = live?.ok
    ? live.inventory.tools.filter(({ name }) => statusOf.get(name) === 'ungoverned')
    : []
  return [
    ...declared,
    ...others.map(({ name, description }) => ({
      tool_name: name,
      ...given({ description }),
      ...about,
      declared: false,
      live: true,
      drift_status: 'ungoverned' as const,
      labels: {},
    })),
  ]
}

export const isWanted = (row: ToolRow, query: Query): boolean => {
  const words = [query.query, query.q].filter((one) => one !== undefined).map((one) => one.toLowerCase())
  const text = `${row.tool_name} ${row.description ?? ''}`.toLowerCase()
  const asked: readonly (readonly [unknown, unknown])[] = [
    [query.team, row.team_id],
    [query.server, row.server_name],
    [query.trust, row.required_trust],
    [query.side_effect, row.side_effect],
    [query.risk, row.risk_level],
    [query.drift, row.drift_status],
  ]
  return (
    words.every((word) => text.includes(word)) &&
    asked.every(([wanted, is]) => wanted === undefined || wanted === is)
  )
}
