import type { Endpoints } from '@mcp-sentinel/contract'
import { countBy } from '@mcp-sentinel/events/clickhouse'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'

export const analyticsRoutes = ({ store }: Engines): Routes<Endpoints['analytics']> => ({
  stats: {
    action: 'analytics.read-all',
    handle: async () => ({
      events_total: (await countBy(store(), 'source')).reduce((sum, { count }) => sum + count, 0),
    }),
  },
  sources: {
    action: 'analytics.read-all',
    handle: async () => ({
      sources: (await countBy(store(), 'source')).map(({ name, count }) => ({ source: name, count })),
    }),
  },
})
