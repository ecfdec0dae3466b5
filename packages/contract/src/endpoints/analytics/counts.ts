import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { count } from '../../fields.ts'

export const stats = endpoint({
  method: 'GET',
  path: '/stats',
  summary: 'How many events there are.',
  access: 'admin',
  response: z.object({ events_total: count }),
  errors: ['analytics_unavailable'],
})

export const sources = endpoint({
  method: 'GET',
  path: '/sources',
  summary: 'How many events each source has sent, the busiest first.',
  access: 'admin',
  response: z.object({ sources: z.array(z.object({ source: z.string(), count })) }),
  errors: ['analytics_unavailable'],
})

export const eventTypes = endpoint({
  method: 'GET',
  path: '/event-types',
  summary: 'How many events there are of each type, the most frequent first.',
  access: 'admin',
  response: z.object({ event_types: z.array(z.object({ event_type: z.string(), count })) }),
  errors: ['analytics_unavailable'],
})

export const summary = endpoint({
  method: 'GET',
  path: '/dashboard/summary',
  summary: 'What a dashboard opens with.',
  access: 'admin',
  response: z.object({
    total_events: count,
    /** Of which there is any event. */
    active_servers: count,
    /** Neither disabled nor, for sessions, revoked or expired. Null where the engine that knows is away. */
    active_grants: count.nullable(),
    active_sessions: count.nullable(),
    /** Empty while there is no event. */
    latest_source: z.string(),
    last_event_type: z.string(),
    last_event_time: z.string(),
    /** Engines that did not answer. */
    unavailable: z.array(z.enum(['resources'])),
  }),
  errors: ['analytics_unavailable'],
})
