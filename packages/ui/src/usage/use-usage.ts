import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { usePrincipal } from '../principal/use-principal.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

export type UsageFilters = {
  readonly namespace?: string
  readonly server?: string
  readonly decision?: string
  readonly tool_name?: string
}

/** Who calls what: of everybody for an admin, of the caller's own teams for all others. */
export const useUsage = (windowDays: Readonly<Ref<number>>, filters: Readonly<Ref<UsageFilters>>) => {
  const { client } = useSentinel()
  const { isAdmin, principal } = usePrincipal()
  return useQuery({
    queryKey: ['usage', isAdmin, windowDays, filters],
    queryFn: ({ signal }) => {
      const query = { ...filters.value, window_days: windowDays.value, limit: 10 }
      return isAdmin.value
        ? client.analytics.usage({ query }, { signal })
        : client.analytics.userUsage({ query }, { signal })
    },
    enabled: computed(() => principal.value !== undefined),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  })
}
