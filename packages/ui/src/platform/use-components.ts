import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { useQuery } from '@tanstack/vue-query'
import { computed, shallowRef, watch } from 'vue'
import { useSentinel } from '../sentinel/sentinel.ts'
import { begun, observed, type Restart } from './restart-progress.ts'

export type Component = ResponseOf<Endpoints['operations']['components']>['components'][number]

const refreshMs = 10_000
/** While something is restarted. */
const watchMs = 1000

/** The parts of the stack, and how a restart of them goes. */
export const useComponents = () => {
  const { client } = useSentinel()
  const restart = shallowRef<Restart>()
  const isRestarting = computed(() => restart.value !== undefined && !restart.value.isOver)
  const query = useQuery({
    queryKey: ['components'],
    queryFn: async ({ signal }) => (await client.operations.components({}, { signal })).components,
    refetchInterval: () => (isRestarting.value ? watchMs : refreshMs),
    // The one that answers may be the one that restarts: it is asked again soon anyway.
    retry: (failures) => !isRestarting.value && failures < 2,
  })
  watch(query.dataUpdatedAt, (atMs) => {
    if (restart.value !== undefined) restart.value = observed(restart.value, query.data.value ?? [], atMs)
  })
  const begin = async (which: { readonly component: string } | { readonly all: true }) => {
    const { components } = await client.operations.restart({ body: which })
    restart.value = begun(components)
    void query.refetch()
  }
  return {
    ...query,
    restart,
    isRestarting,
    begin,
    dismiss: () => {
      restart.value = undefined
    },
  }
}
