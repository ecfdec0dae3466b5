import type { Endpoints } from '@mcp-sentinel/contract'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'
import { countsRoutes } from './analytics/counts.ts'
import { eventsRoutes } from './analytics/events.ts'
import { liveRoutes } from './analytics/live.ts'
import { usageRoutes } from './analytics/usage.ts'

export const analyticsRoutes = (engines: Engines): Routes<Endpoints['analytics']> => ({
  ...eventsRoutes(engines),
  ...liveRoutes(engines),
  ...countsRoutes(engines),
  ...usageRoutes(engines),
})
