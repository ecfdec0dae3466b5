import { computed, type Ref, ref } from 'vue'
import { beginOf } from '../scope/span.ts'
import { useNamespace, useSpan } from '../scope/use-scope.ts'
import type { SentinelEvent } from './event-record.ts'
import type { EventFilters } from './use-events.ts'

/** Filters of events, with the namespace and the time that all pages look at. */
export const useEventScope = (filters: Readonly<Ref<EventFilters>>) => {
  const namespace = useNamespace()
  const { span } = useSpan(ref('all' as const))
  // Of the moment when it was chosen: a list that goes back from there is not to begin anew with every minute.
  const since = computed(() => {
    const begin = span.value.kind === 'last' ? beginOf(span.value, Date.now()) : undefined
    return begin === undefined ? undefined : new Date(begin).toISOString()
  })
  return {
    asked: computed<EventFilters>(() => ({
      ...(namespace.value && { namespace: namespace.value }),
      ...(since.value && { since: since.value }),
      ...filters.value,
    })),
    isNarrowed: computed(() => namespace.value !== '' || since.value !== undefined),
    /** Events that are watched come before those that are asked for, and may be older. */
    within: <T extends Pick<SentinelEvent, 'timestamp'>>(events: readonly T[]): readonly T[] => {
      const begin = since.value
      if (begin === undefined) return events
      return events.filter(({ timestamp }) => Date.parse(timestamp) >= Date.parse(begin))
    },
  }
}
