import {
  type ClickHouse,
  countBy,
  latency,
  newestEvents,
  refusalReasons,
  summary,
  usage,
} from '@mcp-sentinel/events/clickhouse'

export interface HotEndpoint {
  readonly name: string
  /** Asks for something else each time, so that no cache of answers can know it. */
  readonly path: (n: number) => string
  /** What the API asks of the store for the answer. */
  readonly query: (store: ClickHouse, n: number) => Promise<unknown>
  readonly goalMs?: number
}

const calls = { windowDays: 30, limit: 10 }

export const hotEndpoints: readonly HotEndpoint[] = [
  {
    name: 'events',
    path: (n) => `/api/events?limit=100&until=${encodeURIComponent(instant(n))}`,
    query: (store, n) => newestEvents(store, { limit: 100, filter: { toMs: Date.parse(instant(n)) } }),
    goalMs: 20,
  },
  {
    name: 'events of a server',
    path: (n) =>
      `/api/events/filter?limit=100&server=server-${n % 40}&until=${encodeURIComponent(instant(n))}`,
    query: (store, n) =>
      newestEvents(store, {
        limit: 100,
        filter: { server: `server-${n % 40}`, toMs: Date.parse(instant(n)) },
      }),
    goalMs: 20,
  },
  { name: 'stats', path: () => '/api/stats', query: (store) => countBy(store, 'source') },
  { name: 'summary', path: () => '/api/dashboard/summary', query: (store) => summary(store), goalMs: 50 },
  {
    name: 'usage',
    path: (n) => `/api/analytics/usage?server=server-${n % 40}`,
    query: async (store, n) => {
      const question = { ...calls, nowMs: Date.now(), server: `server-${n % 40}` }
      const recent = {
        limit: 10,
        filter: { event_type: 'mcp.request', rpc_method: 'tools/call', server: question.server },
      }
      const [usages, refusals, latencies, page] = await Promise.all([
        usage(store, question),
        refusalReasons(store, question),
        latency(store, question),
        newestEvents(store, recent),
      ])
      return { ...usages, refusals, latency: latencies, recent: page.events }
    },
    goalMs: 150,
  },
]

const began = Math.floor(Date.now() / 86_400_000) * 86_400_000
const instant = (n: number): string => new Date(began - n * 1_000).toISOString()
