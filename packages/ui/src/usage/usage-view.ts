import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { Bar } from '../bar-list/SBarList.vue'

export type Usage = ResponseOf<Endpoints['analytics']['usage']>

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Of a chart: the same hours or days that the API counts by. */
export const windowOf = (days: number, nowMs: number) => {
  const stepMs = days <= 2 ? hourMs : dayMs
  const toMs = Math.floor(nowMs / stepMs) * stepMs
  return { fromMs: toMs + stepMs - days * dayMs, toMs, stepMs }
}

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })

/** Lists with one row for each server, caller and tool, whoever called it from wherever. */
export const barsOf = (usage: Usage) => ({
  deniedShare: percent.format(usage.totals.events === 0 ? 0 : usage.totals.denied / usage.totals.events),
  buckets: usage.series.map(({ bucket, allowed, denied }) => ({ at: Date.parse(bucket), allowed, denied })),
  servers: usage.servers.map(
    ({ server, namespace, events, denied }): Bar => ({
      key: `${namespace}/${server}`,
      label: server,
      about: namespace,
      count: events,
      denied,
    }),
  ),
  actors: usage.actors.map(
    ({ human_id: human, agent_id: agent, events, denied }): Bar => ({
      key: JSON.stringify([human, agent]),
      label: agent || 'no agent',
      about: usage.names[human] ?? human,
      count: events,
      denied,
    }),
  ),
  tools: [...Map.groupBy(usage.tools, ({ server, tool_name: tool }) => JSON.stringify([server, tool]))]
    .map(([key, rows]): Bar => {
      const [{ server, tool_name: tool } = { server: '', tool_name: '' }] = rows
      const sum = (of: 'events' | 'denied') => rows.reduce((all, row) => all + row[of], 0)
      return { key, label: tool, about: server, count: sum('events'), denied: sum('denied') }
    })
    .sort((a, b) => b.count - a.count),
  refusals: usage.refusals.map(
    ({ reason, events }): Bar => ({
      key: reason,
      label: reason.replaceAll('_', ' '),
      count: events,
      denied: events,
    }),
  ),
})
