import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { count, rowLimit, text } from '../../fields.ts'
import { event } from './events.ts'

const value = text(512).optional()

const filters = {
  limit: rowLimit(50, 10),
  window_days: rowLimit(365, 30).describe('Days up to and with today, at most 365.'),
  namespace: value,
  server: value,
  decision: value,
  status: value.describe('Older name of `decision`.'),
  outcome: value.describe('Older name of `decision`.'),
  tool_name: value,
  tool: value.describe('Older name of `tool_name`.'),
}

const answer = z.object({
  totals: z.object({
    events: count,
    allowed: count,
    denied: count,
    unique_servers: count,
    unique_humans: count,
    unique_agents: count,
    unique_sessions: count,
  }),
  servers: z.array(
    z.object({
      server: z.string(),
      namespace: z.string(),
      team_id: z.string(),
      events: count,
      allowed: count,
      denied: count,
      unique_humans: count,
      unique_agents: count,
      last_seen: z.string(),
    }),
  ),
  actors: z.array(
    z.object({
      human_id: z.string(),
      agent_id: z.string(),
      events: count,
      unique_servers: count,
      unique_tools: count,
      denied: count,
      last_seen: z.string(),
    }),
  ),
  /** One row for each caller of a tool. */
  tools: z.array(
    z.object({
      server: z.string(),
      tool_name: z.string(),
      human_id: z.string(),
      team_id: z.string(),
      agent_id: z.string(),
      events: count,
      denied: count,
      last_seen: z.string(),
    }),
  ),
  decisions: z.array(z.object({ decision: z.string(), events: count })),
  /** By the hour for up to two days, else by the day; none for a time without calls. */
  series: z.array(z.object({ bucket: z.string(), events: count, allowed: count, denied: count })),
  recent: z.array(
    event.pick({
      timestamp: true,
      server: true,
      namespace: true,
      team_id: true,
      human_id: true,
      agent_id: true,
      session_id: true,
      decision: true,
      tool_name: true,
      event_type: true,
    }),
  ),
  /** Why calls were refused, the most frequent reason first. */
  refusals: z.array(z.object({ reason: z.string(), events: count })),
  /** Of the calls that were allowed, in milliseconds, for the busiest servers. */
  latency: z.array(
    z.object({
      server: z.string(),
      namespace: z.string(),
      events: count,
      p50: z.number(),
      p90: z.number(),
      p99: z.number(),
    }),
  ),
  /** E-mail addresses and names of teams, for ids in the lists that are known here. */
  names: z.record(z.string(), z.string()),
  window_days: count,
  filters: z.object({
    namespaces: z.array(z.string()),
    team_ids: z.array(z.string()),
    server: z.string().optional(),
    decision: z.string().optional(),
    tool_name: z.string().optional(),
  }),
})

export const usage = endpoint({
  method: 'GET',
  path: '/analytics/usage',
  summary:
    'Who calls which tools, and what becomes of it. Of one namespace or of one team, where either is named.',
  access: 'admin',
  query: z.strictObject({ ...filters, team_id: value }),
  response: answer,
  errors: ['analytics_unavailable'],
})

export const userUsage = endpoint({
  method: 'GET',
  path: '/user/analytics/usage',
  summary: "Who calls which tools in the namespaces of the caller's teams.",
  access: 'signed-in',
  query: z.strictObject(filters),
  response: answer,
  errors: ['analytics_unavailable'],
})
