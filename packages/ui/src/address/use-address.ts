import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * A part of what a page shows that its address has, so that a link shows the same. What is as it would be anyway stands
 * not in it.
 */
export const useAddress = <T extends string>(name: string, fallback: T): WritableComputedRef<T> => {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = [route.query[name]].flat()[0]
      return typeof value === 'string' && value !== '' ? (value as T) : fallback
    },
    set: (value) => {
      const { [name]: _, ...rest } = route.query
      void router.replace({ query: value === fallback || value === '' ? rest : { ...rest, [name]: value } })
    },
  })
}
