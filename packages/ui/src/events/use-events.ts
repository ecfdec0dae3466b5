import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

/** Columns that a person filters by; each must equal. */
export const eventFilters = [
  'decision',
  'reason',
  'server',
  'tool_name',
  'agent_id',
  'human_id',
  'session_id',
  'namespace',
  'team_id',
  'source',
  'event_type',
  'trace_id',
  'decision_id',
  'since',
  'until',
] as const
export type EventFilters = Partial<Record<(typeof eventFilters)[number], string>>

export interface EventsOptions {
  readonly filters: Readonly<Ref<EventFilters>>
  /** Rows of a page. */
  readonly limit: Readonly<Ref<number>>
  /** Asks again by itself; left out, never. */
  readonly refreshMs?: number
  /** Whether it asks at all. */
  readonly isOn?: Readonly<Ref<boolean>>
}

/** The newest events first, a page at a time. */
export const useEvents = ({ filters, limit, refreshMs, isOn }: EventsOptions) => {
  const { client } = useSentinel()
  const query = useInfiniteQuery({
    queryKey: ['events', filters, limit],
    queryFn: ({ pageParam, signal }) =>
      client.analytics.events(
        {
          query: { ...filters.value, limit: limit.value, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ meta }) => meta.next_cursor,
    refetchInterval: every(refreshMs ?? false),
    // Of a list that somebody has gone back in, every page would be asked for again.
    refetchOnWindowFocus: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 'always'),
    refetchOnReconnect: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
    enabled: () => isOn?.value ?? true,
    placeholderData: keepPreviousData,
  })
  return { ...query, events: computed(() => query.data.value?.pages.flatMap(({ events }) => events) ?? []) }
}
