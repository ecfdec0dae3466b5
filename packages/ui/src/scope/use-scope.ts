import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useAddress } from '../address/use-address.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { type Span, spanIn, type TimeWindow } from './span.ts'

/** The namespace that all pages are narrowed to, in the address of each; empty for all that one may read. */
export const useNamespace = () => useAddress<string>('ns', '')

/** Of which one may choose. */
export const useNamespaces = () => {
  const { client } = useSentinel()
  const query = useQuery({
    queryKey: ['namespaces'],
    queryFn: ({ signal }) => client.namespaces.list({}, { signal }),
    staleTime: 60_000,
  })
  return computed(() => query.data.value?.namespaces ?? [])
}

/** What is in the namespace that is looked at, of what has one. */
export const useInNamespace = <T extends { readonly namespace: string }>(
  all: Readonly<Ref<readonly T[]>>,
) => {
  const namespace = useNamespace()
  return computed(() =>
    namespace.value === '' ? all.value : all.value.filter((one) => one.namespace === namespace.value),
  )
}

/** The time that pages look at, in the address of each; a page that is told none has one of its own. */
export const useSpan = (fallback: Readonly<Ref<TimeWindow | 'all'>>) => {
  const route = useRoute()
  const router = useRouter()
  const textOf = (name: string) => {
    const value = [route.query[name]].flat()[0]
    return typeof value === 'string' ? value : ''
  }
  const span = computed<Span>(() =>
    spanIn({ window: textOf('window'), since: textOf('since'), until: textOf('until') }, fallback.value),
  )
  const set = (next: Span) => {
    const { window: _, since: __, until: ___, ...rest } = route.query
    void router.replace({ query: { ...rest, ...inAddress(next) } })
  }
  return { span, set }
}

const inAddress = (span: Span): Readonly<Record<string, string>> => {
  if (span.kind === 'all') return {}
  if (span.kind === 'last') return { window: span.window }
  const { since, until } = span
  return { window: 'custom', ...(since && { since }), ...(until && { until }) }
}
