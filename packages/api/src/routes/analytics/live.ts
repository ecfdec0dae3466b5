import type { Endpoints } from '@mcp-sentinel/contract'
import { EventError } from '@mcp-sentinel/events'
import { ProblemError } from '@mcp-sentinel/service'
import type { Engines } from '../../engines.ts'
import { decodePosition } from '../../live/position.ts'
import { seeingOf } from '../../live/seeing.ts'
import { problem } from '../../problems.ts'
import { own, type Routes } from '../../serving/route.ts'

export const liveRoutes = ({ live }: Engines): Routes<Pick<Endpoints['analytics'], 'live'>> => ({
  live: {
    action: 'analytics.read',
    on: () => own,
    handle: async ({ query: { backfill, ...filter }, caller, headers, signal, reauthenticate }) => {
      const since = sinceOf(headers['last-event-id'])
      const who = caller.user?.id ?? caller.keyId
      const viewer = { who, seeing: seeingOf(caller), filter, backfill, since, signal }
      const recheck = async () => {
        try {
          const now = await reauthenticate()
          return now.role === 'anonymous' ? ('unauthorized' as const) : seeingOf(now)
        } catch (error) {
          if (error instanceof ProblemError && error.problem.status === 401) return 'unauthorized' as const
          throw error
        }
      }
      return live()
        .watch({ ...viewer, recheck })
        .catch((error: unknown) => {
          if (error instanceof EventError && error.code === 'overloaded')
            throw problem('too_many_requests', error.message, { retryAfterS: 30 })
          throw error
        })
    },
  },
})

/** Nobody who watches is helped by a refusal: with one that is none of ours, the stream begins anew. */
const sinceOf = (lastEventId: string | string[] | undefined) =>
  typeof lastEventId === 'string' ? decodePosition(lastEventId) : undefined
