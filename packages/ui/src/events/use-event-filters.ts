import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { type EventFilters, eventFilters } from './use-events.ts'

/** What the events of a page are filtered by, which its address has. */
export const useEventFilters = () => {
  const route = useRoute()
  const router = useRouter()
  const filters = computed<EventFilters>(() =>
    Object.fromEntries(
      eventFilters.flatMap((name) => {
        const value = [route.query[name]].flat()[0]
        return typeof value === 'string' && value !== '' ? [[name, value]] : []
      }),
    ),
  )
  return {
    filters,
    isFiltered: computed(() => Object.keys(filters.value).length > 0),
    add: (name: string, value: string) => {
      if (value !== '') void router.replace({ query: { ...route.query, [name]: value } })
    },
    drop: (name: string) => {
      const { [name]: _, ...query } = route.query
      void router.replace({ query })
    },
  }
}
