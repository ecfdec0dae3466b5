import { ApiError } from '@mcp-sentinel/contract/client'
import { type CompiledPolicy, compile } from '@mcp-sentinel/policy'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import { useQuery } from '@tanstack/vue-query'
import { computed, markRaw, type Ref } from 'vue'
import { keyOf } from '../governed/governed.ts'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

const refreshMs = 30_000

/** The policy by which the gateway of a server decides, ready to decide here as it does there. */
export const usePolicy = (server: Readonly<Ref<string>>) => {
  const { client } = useSentinel()
  const query = useQuery({
    queryKey: ['policy', server],
    queryFn: async ({ signal }): Promise<CompiledPolicy> => {
      const { namespace, name } = keyOf(server.value)
      const { json } = await client.policies.rendered({ query: { namespace, server: name } }, { signal })
      const parsed = parsePolicy(JSON.parse(json))
      if (!parsed.ok) throw unreadable(server.value, parsed.issues[0])
      return markRaw(compile(parsed.document))
    },
    enabled: computed(() => server.value !== ''),
    refetchInterval: every(refreshMs),
    structuralSharing: false,
  })
  return query
}

const unreadable = (
  server: string,
  fault: { readonly pointer: string; readonly message: string } | undefined,
) =>
  new ApiError(`the policy of ${server} cannot be read: ${fault?.pointer ?? ''} ${fault?.message ?? ''}`, {
    status: 200,
    code: 'unreadable_policy',
  })
