import { ApiError } from '@mcp-sentinel/contract/client'
import { useQueryClient } from '@tanstack/vue-query'
import { computed, onScopeDispose, shallowRef } from 'vue'

/** What cannot be had at present, though it is shown. */
export interface Stale {
  readonly error: ApiError
  /** When the oldest of it was loaded; epoch milliseconds. */
  readonly sinceMs: number
}

/** Whether something that is on the page is older than it should be, since the API does not answer. */
export const useConnection = () => {
  const queries = useQueryClient()
  const cache = queries.getQueryCache()
  const stale = shallowRef<Stale>()
  const look = () => {
    const failing = cache
      .findAll({ type: 'active' })
      // What was never loaded tells of it in its own place.
      .filter(({ state }) => state.data !== undefined && isAway(state.error))
    const [first] = failing
    stale.value =
      first === undefined
        ? undefined
        : {
            error: first.state.error as ApiError,
            sinceMs: Math.min(...failing.map(({ state }) => state.dataUpdatedAt)),
          }
  }
  onScopeDispose(cache.subscribe(look))
  look()
  return {
    stale: computed(() => stale.value),
    askAgain: () => queries.refetchQueries({ type: 'active', predicate: ({ state }) => isAway(state.error) }),
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500)
