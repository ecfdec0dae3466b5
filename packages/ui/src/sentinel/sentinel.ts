import { type Client, createClient } from '@mcp-sentinel/contract/client'
import { QueryClient, VUE_QUERY_CLIENT } from '@tanstack/vue-query'
import { type InjectionKey, inject, onScopeDispose, provide, type Ref, ref } from 'vue'
import { every } from './refresh.ts'
import { isWorthAnotherTry } from './retry.ts'
import { createServerClock, type ServerClock } from './server-clock.ts'

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
  /** Where a trace is looked at, with `{traceId}` in it: `https://traces.example.org/trace/{traceId}`. */
  readonly traceUrl?: string | undefined
  /** Told when the API no longer knows who asks; again with each answer that says so. */
  readonly signedOut?: () => void
}

export interface Sentinel {
  readonly client: Client
  readonly theme: Ref<Theme>
  readonly locale: string | undefined
  readonly traceUrl: string | undefined
  readonly clock: ServerClock
}

const key: InjectionKey<Sentinel> = Symbol('sentinel')

/** Once, in a component above all others of this package. */
export const provideSentinel = (options: SentinelOptions): Sentinel => {
  const { apiBase, credentials, headers, locale, traceUrl, signedOut } = options
  const clock = createServerClock()
  const watched = watchAnswers(clock, signedOut)
  const client = createClient({ baseUrl: apiBase, credentials, headers, fetch: watched })
  const sentinel: Sentinel = { client, theme: ref(options.theme ?? 'light'), locale, traceUrl, clock }
  provide(key, sentinel)
  const queries = createQueries()
  // From now on it hears when somebody comes back to the page, and when the network does.
  queries.mount()
  onScopeDispose(() => queries.unmount())
  provide(VUE_QUERY_CLIENT, queries)
  return sentinel
}

export const useSentinel = (): Sentinel => {
  const sentinel = inject(key, undefined)
  if (sentinel === undefined)
    throw new Error('provideSentinel has to be called in a component above this one')
  return sentinel
}

/** The time at the API; that of this machine where nobody has asked it anything. */
export const useClock = (): Pick<ServerClock, 'now' | 'aheadMs'> => inject(key, undefined)?.clock ?? ownClock
const ownClock = createServerClock()

/** Whatever is asked, by pages and forms alike. A sign-in that is refused is no session that ended. */
const watchAnswers =
  (clock: ServerClock, signedOut: (() => void) | undefined): typeof fetch =>
  async (asked, init) => {
    const askedMs = Date.now()
    const answer = await fetch(asked, init)
    clock.note(answer.headers.get('date'), askedMs)
    if (answer.status === 401 && !String(asked).endsWith('/auth/session')) signedOut?.()
    return answer
  }

const staleMs = 10_000
const retryAfterMs = 500

const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: staleMs,
        retry: isWorthAnotherTry,
        retryDelay: retryAfterMs,
        refetchInterval: every(false),
        // Who comes back sees what was done elsewhere meanwhile, in another tab for one.
        refetchOnWindowFocus: 'always',
        // What cannot be reached is told, whatever the browser thinks of its network.
        networkMode: 'always',
        refetchOnReconnect: true,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
