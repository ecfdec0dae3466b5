import { useQuery } from '@tanstack/vue-query'
import { useSentinel } from '../sentinel/sentinel.ts'

export const useSummary = () => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => client.analytics.summary({}, { signal }),
    refetchInterval: 10_000,
  })
}
