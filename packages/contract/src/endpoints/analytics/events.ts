import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { count, instantOrDay, labelName, rowLimit, text } from '../../fields.ts'

/** What is empty is left out. */
export const event = z.object({
  timestamp: z.string(),
  trace_id: z.string().optional(),
  source: z.string(),
  event_type: z.string(),
  server: z.string().optional(),
  namespace: z.string().optional(),
  team_id: z.string().optional(),
  cluster: z.string().optional(),
  human_id: z.string().optional(),
  agent_id: z.string().optional(),
  session_id: z.string().optional(),
  decision: z.string().optional(),
  tool_name: z.string().optional(),
  reason: z.string().optional(),
  id: z.string(),
  chain: z.string().optional(),
  seq: count.optional(),
  /** `gap` or `conflict`: what is amiss with its place in the chain. */
  chain_note: z.string().optional(),
  received_at: z.string(),
  key_id: z.string().optional(),
  /** As its producer wrote it; what is no JSON is told as text. Left out where the caller may not see it. */
  payload: z.unknown().optional(),
})

const value = text(512).optional()

/** Each must equal. */
const filterColumns = {
  trace_id: value,
  source: value,
  event_type: value,
  server: value,
  namespace: value,
  team_id: value,
  cluster: value,
  human_id: value,
  agent_id: value,
  session_id: value,
  decision: value,
  tool_name: value,
  reason: value,
  rpc_method: value,
  decision_id: value,
}
const filters = {
  ...filterColumns,
  id: z.guid('is no UUID').optional().describe("The event's own."),
  since: instantOrDay.optional().describe('From then on.'),
  until: instantOrDay.optional().describe('Before then.'),
}

const page = {
  limit: rowLimit(1000, 100),
  cursor: text(128).optional().describe('`meta.next_cursor` of the page before.'),
}

const eventPage = z.object({
  events: z.array(event),
  meta: z.object({ limit: count, next_cursor: z.string().optional(), has_more: z.boolean() }),
  /** The address of the next page, beside this one. */
  next: z.string().optional(),
})

export const events = endpoint({
  method: 'GET',
  path: '/events',
  summary: 'The newest events first.',
  access: 'admin',
  query: z.strictObject({ ...filters, ...page }),
  response: eventPage,
  errors: ['analytics_unavailable'],
})

export const filteredEvents = endpoint({
  method: 'GET',
  path: '/events/filter',
  summary: 'The newest events that all filters agree on.',
  access: 'admin',
  query: z.strictObject({ ...filters, ...page }),
  response: eventPage,
  errors: ['analytics_unavailable'],
})

export const serverEvents = endpoint({
  method: 'GET',
  path: '/runtime/server-events',
  summary: 'The newest events of a server that the caller administers.',
  access: 'signed-in',
  query: z.strictObject({ namespace: labelName, server: labelName, limit: rowLimit(100, 20) }),
  response: z.object({ events: z.array(event) }),
  errors: ['analytics_unavailable', 'resources_unavailable'],
})

export const live = endpoint({
  method: 'GET',
  path: '/events/live',
  summary:
    'Events as they happen: all for admins; of their teams for others, whole to owners. `Last-Event-ID` goes on where a stream broke off.',
  access: 'signed-in',
  query: z.strictObject({
    ...filterColumns,
    backfill: z
      .int('is not a whole number')
      .min(0, 'is less than 0')
      .max(1000, 'is more than 1000')
      .default(0)
      .describe('The newest so many events come first, at most 1000.'),
  }),
  events: {
    event,
    /** So many were not told: the client was too slow, or was away for too long. */
    dropped: z.object({ count }),
    /** What follows happens now. */
    live: z.object({ backfilled: count }),
    /** Nothing follows. */
    ended: z.object({ reason: z.enum(['unauthorized', 'unavailable']) }),
  },
  errors: ['analytics_unavailable', 'too_many_requests'],
})
