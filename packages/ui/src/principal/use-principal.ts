import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useSentinel } from '../sentinel/sentinel.ts'

/** Who is signed in, and what that lets them see. */
export const usePrincipal = () => {
  const { client } = useSentinel()
  const query = useQuery({
    queryKey: ['auth', 'me'],
    queryFn: ({ signal }) => client.auth.me({}, { signal }),
    staleTime: 30_000,
  })
  const principal = computed(() => query.data.value?.principal)
  return {
    principal,
    isAdmin: computed(() => principal.value?.role === 'admin'),
    isPending: query.isPending,
    error: query.error,
    refetch: (): void => void query.refetch(),
  }
}
