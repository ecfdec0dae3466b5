import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useSentinel } from '../sentinel/sentinel.ts'
import type { SentinelEvent } from './event-record.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** One event by its own id, whether or not it is among those that are listed; null where there is none. */
export const useEvent = (id: Readonly<Ref<string>>, listed: Readonly<Ref<SentinelEvent | undefined>>) => {
  const { client } = useSentinel()
  const query = useQuery({
    queryKey: ['event', id],
    queryFn: async ({ signal }) => {
      // What is none of ours is not worth asking for.
      if (!uuid.test(id.value)) return null
      const { events } = await client.analytics.filteredEvents(
        { query: { id: id.value, limit: 1 } },
        { signal },
      )
      return events[0] ?? null
    },
    enabled: () => id.value !== '' && listed.value === undefined,
    // What has happened stays as it is; what is not there yet may come.
    staleTime: ({ state }) => (state.data ? Number.POSITIVE_INFINITY : 0),
  })
  return { ...query, event: computed(() => listed.value ?? query.data.value) }
}
