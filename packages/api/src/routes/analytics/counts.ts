import type { Endpoints } from '@mcp-sentinel/contract'
import { countBy, summary } from '@mcp-sentinel/events/clickhouse'
import type { ResourceStore } from '@mcp-sentinel/resources'
import type { Engines } from '../../engines.ts'
import type { Routes } from '../../serving/route.ts'

type Counts = Pick<Endpoints['analytics'], 'stats' | 'sources' | 'eventTypes' | 'summary'>

export const countsRoutes = ({ store, resources, clock }: Engines): Routes<Counts> => ({
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
  eventTypes: {
    action: 'analytics.read-all',
    handle: async () => ({
      event_types: (await countBy(store(), 'event_type')).map(({ name, count }) => ({
        event_type: name,
        count,
      })),
    }),
  },
  summary: {
    action: 'analytics.read-all',
    handle: async () => {
      const [events, access] = await Promise.all([
        summary(store()),
        // The dashboard opens without it.
        countActive(resources, clock()).catch(() => undefined),
      ])
      return {
        ...events,
        active_grants: access?.grants ?? null,
        active_sessions: access?.sessions ?? null,
        unavailable: access === undefined ? (['resources'] as const).slice() : [],
      }
    },
  },
})

const countActive = async (resources: () => ResourceStore, nowMs: number) => {
  const [grants, sessions] = await Promise.all([
    resources().list('MCPAccessGrant'),
    resources().list('MCPAgentSession'),
  ])
  return {
    grants: grants.items.filter(({ spec }) => spec.disabled !== true).length,
    sessions: sessions.items.filter(
      ({ spec: { revoked, expiresAt } }) =>
        revoked !== true && !(expiresAt !== undefined && Date.parse(expiresAt) <= nowMs),
    ).length,
  }
}
