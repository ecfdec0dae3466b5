import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { useComponents } from '../platform/use-components.ts'
import { useNamespace } from '../scope/use-scope.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { useNow } from '../time/use-now.ts'
import { useUsage } from '../usage/use-usage.ts'
import { componentLines, inOrder, isMissed, risingRefusals, serverLines } from './attention-lines.ts'

const refreshMs = 30_000
/** Servers themselves are asked, which takes them and us longer. */
const liveRefreshMs = 60_000

/** What an administrator should see to, of a namespace or of all. */
export const useAttention = () => {
  const { client } = useSentinel()
  const now = useNow()
  const namespace = useNamespace()
  const inNamespace = computed(() => (namespace.value === '' ? {} : { namespace: namespace.value }))

  const servers = useQuery({
    queryKey: ['servers', 'attention', inNamespace],
    queryFn: ({ signal }) => client.servers.attention({ query: inNamespace.value }, { signal }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  })
  const drifted = useQuery({
    queryKey: ['inventory', 'attention', inNamespace],
    queryFn: ({ signal }) =>
      client.servers.attention({ query: { ...inNamespace.value, live: true } }, { signal }),
    refetchInterval: liveRefreshMs,
    placeholderData: keepPreviousData,
  })
  const components = useComponents()
  const usage = useUsage(ref(2), inNamespace)

  const lines = computed(() => {
    const rising = risingRefusals(usage.data.value?.series ?? [], now.value)
    const drift = new Map(
      (drifted.data.value?.servers ?? []).map((one) => [`${one.namespace}/${one.name}`, one]),
    )
    const known = new Set((servers.data.value?.servers ?? []).map((one) => `${one.namespace}/${one.name}`))
    const all = [
      ...(servers.data.value?.servers ?? []).map((one) => {
        const { drift: tools, drift_count: count } = drift.get(`${one.namespace}/${one.name}`) ?? {}
        return { ...one, ...(tools && { drift: tools }), ...(count !== undefined && { drift_count: count }) }
      }),
      // What is amiss with them besides was told by the newer answer, which says nothing.
      ...[...drift.values()]
        .filter((one) => one.drift !== undefined && !known.has(`${one.namespace}/${one.name}`))
        .map(({ status: _, message: __, policy: ___, ...one }) => one),
    ]
    return inOrder([
      ...componentLines(components.data.value ?? []),
      ...all.flatMap(serverLines),
      ...(rising === undefined ? [] : [rising]),
    ])
  })
  const sources = [
    { what: 'servers', query: servers },
    { what: 'tools', query: drifted },
    { what: 'parts of the stack', query: components },
    { what: 'calls', query: usage },
  ]
  return {
    lines,
    isPending: computed(() => servers.isPending.value || usage.isPending.value),
    isTruncated: computed(() => servers.data.value?.truncated === true),
    /** What nothing is known of at the moment. */
    unknown: computed(() =>
      sources.flatMap(({ what, query: { error } }) => (isMissed(error.value) ? [what] : [])),
    ),
  }
}
