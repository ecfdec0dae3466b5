import { useQuery } from '@tanstack/vue-query'
import { useSentinel } from '../sentinel/sentinel.ts'

const rowsMax = 5000
const refreshMs = 30_000

/** The catalogue, as far as the caller may see it. */
export const useServers = () => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['servers'],
    queryFn: ({ signal }) => client.servers.list({ query: { limit: rowsMax } }, { signal }),
    refetchInterval: refreshMs,
  })
}
