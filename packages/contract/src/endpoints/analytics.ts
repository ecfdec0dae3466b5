import { eventTypes, sources, stats, summary } from './analytics/counts.ts'
import { events, filteredEvents, live, serverEvents } from './analytics/events.ts'
import { usage, userUsage } from './analytics/usage.ts'

export const analytics = {
  events,
  filteredEvents,
  stats,
  sources,
  eventTypes,
  summary,
  usage,
  userUsage,
  serverEvents,
  live,
}
