import { type Client, createClient } from '@mcp-sentinel/contract/client'
import { QueryClient, VUE_QUERY_CLIENT } from '@tanstack/vue-query'
import { type InjectionKey, inject, provide, type Ref, ref } from 'vue'
import { isWorthAnotherTry } from './retry.ts'

export type Theme = 'light' | 'dark'

export interface SentinelOptions {
  /** Where the API is, with `/api`. */
  readonly apiBase: string
  /** Whether the browser sends its cookies along. */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
  /** Asked before each request, for a token that changes. */
  readonly headers?: () => Readonly<Record<string, string>>
  readonly theme?: Theme | Ref<Theme>
  /** Of numbers and times; that of the browser when it is left out. */
  readonly locale?: string
  /** Told when the API no longer knows who asks. */
  readonly signedOut?: () => void
}

export interface Sentinel {
  readonly client: Client
  readonly theme: Ref<Theme>
  readonly locale: string | undefined
}

const key: InjectionKey<Sentinel> = Symbol('sentinel')

/** Once, in a component above all others of this package. */
export const provideSentinel = (options: SentinelOptions): Sentinel => {
  const { apiBase, credentials, headers, locale, signedOut } = options
  const client = createClient({ baseUrl: apiBase, credentials, headers })
  const sentinel: Sentinel = { client, theme: ref(options.theme ?? 'light'), locale }
  provide(key, sentinel)
  provide(VUE_QUERY_CLIENT, createQueries(signedOut))
  return sentinel
}

export const useSentinel = (): Sentinel => {
  const sentinel = inject(key, undefined)
  if (sentinel === undefined)
    throw new Error('provideSentinel has to be called in a component above this one')
  return sentinel
}

const staleMs = 10_000

const createQueries = (signedOut: (() => void) | undefined): QueryClient => {
  const queries = new QueryClient({
    defaultOptions: {
      queries: { staleTime: staleMs, retry: isWorthAnotherTry },
      mutations: { retry: false },
    },
  })
  queries.getQueryCache().subscribe(({ query }) => {
    if ((query.state.error as { readonly status?: number } | null)?.status === 401) signedOut?.()
  })
  return queries
}
