import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { type Key, keyOf } from '../governed/governed.ts'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { pageRows, wholeList } from '../sentinel/whole-list.ts'

export type Server = ResponseOf<Endpoints['servers']['get']>['server']
export type Inventory = ResponseOf<Endpoints['servers']['inventory']>

const refreshMs = 30_000

/** The catalogue, as far as the caller may see it. */
export const useServers = () => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['servers'],
    queryFn: ({ signal }) =>
      wholeList('servers', (cursor) =>
        client.servers.list({ query: { limit: pageRows, ...(cursor && { cursor }) } }, { signal }),
      ),
    // Comparing thousands with thousands takes longer than drawing those that are in sight.
    structuralSharing: false,
    refetchInterval: every(refreshMs),
  })
}

/** One server, by `namespace/name`. */
export const useServer = (id: Readonly<Ref<string>>) => {
  const { client } = useSentinel()
  const query = useQuery({
    queryKey: ['servers', id],
    queryFn: ({ signal }) => client.servers.get({ params: keyOf(id.value) }, { signal }),
    refetchInterval: every(refreshMs),
  })
  return { ...query, server: computed(() => query.data.value?.server) }
}

/** What a server says of itself, asked while somebody looks. */
export const useInventory = (id: Readonly<Ref<string>>) => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['inventory', id],
    queryFn: ({ signal }) => client.servers.inventory({ params: keyOf(id.value) }, { signal }),
    staleTime: refreshMs,
  })
}

export const useServerChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change
    } finally {
      for (const queryKey of [['servers'], ['inventory'], ['policy'], ['grants'], ['sessions'], ['summary']])
        void queries.invalidateQueries({ queryKey })
    }
  }
  const paramsOf = ({ namespace, name }: Key) => ({ namespace, name })
  const stateOf = ({ resourceVersion }: Server) => (resourceVersion === undefined ? {} : { resourceVersion })
  return {
    setDisabled: (server: Server, disabled: boolean) =>
      changed(client.servers.patch({ params: paramsOf(server), body: { disabled } })),
    /** All of the list is given, so the state that it was read from is too. */
    setDisabledTools: (server: Server, disabledTools: readonly string[]) =>
      changed(
        client.servers.patch({
          params: paramsOf(server),
          body: { disabledTools: [...disabledTools], ...stateOf(server) },
        }),
      ),
    retire: (server: Server) =>
      changed(client.servers.delete({ params: paramsOf(server), query: stateOf(server) })),
  }
}
