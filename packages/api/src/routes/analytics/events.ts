import type { Endpoints, QueryOf } from '@mcp-sentinel/contract'
import { type EventFilter, newestEvents } from '@mcp-sentinel/events/clickhouse'
import type { Engines } from '../../engines.ts'
import { standingOnServer } from '../../server-standing.ts'
import type { Routes } from '../../serving/route.ts'
import { toldEvent } from '../../told-event.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

type Events = Pick<Endpoints['analytics'], 'events' | 'filteredEvents' | 'serverEvents'>
type Asked = QueryOf<Events['events']>

export const eventsRoutes = (engines: Engines): Routes<Events> => {
  const { store } = engines

  const page = async ({ limit, cursor, ...filters }: Asked) => {
    const { events, next } = await newestEvents(store(), {
      filter: filterOf(filters),
      limit,
      before: cursor === undefined ? undefined : decodeCursor(cursor),
    })
    const nextCursor = next && encodeCursor(next)
    return {
      events: events.map(toldEvent),
      meta: {
        limit,
        ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
        has_more: nextCursor !== undefined,
      },
      ...(nextCursor === undefined ? {} : { next: addressOf({ ...filters, limit, cursor: nextCursor }) }),
    }
  }

  return {
    events: { action: 'analytics.read-all', handle: ({ query }) => page(query) },
    filteredEvents: { action: 'analytics.read-all', handle: ({ query }) => page(query) },
    serverEvents: {
      action: 'server.events.read',
      on: ({ query: { namespace, server }, caller }) =>
        standingOnServer(engines, caller, { namespace, name: server }),
      handle: async ({ query: { namespace, server, limit } }) => {
        const { events } = await newestEvents(store(), { filter: { namespace, server }, limit })
        return { events: events.map(toldEvent) }
      },
    },
  }
}

const filterOf = ({ since, until, ...columns }: Omit<Asked, 'limit' | 'cursor'>): EventFilter => ({
  ...columns,
  ...(since === undefined ? {} : { fromMs: Date.parse(since) }),
  ...(until === undefined ? {} : { toMs: Date.parse(until) }),
})

/** Relative, so that it holds under either prefix. */
const addressOf = (query: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return `?${new URLSearchParams(given)}`
}
