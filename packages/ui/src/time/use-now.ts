import { onScopeDispose, type Ref, shallowRef } from 'vue'

const everyMs = 1000

/** The time, told anew each second while somebody looks. */
export const useNow = (): Readonly<Ref<number>> => {
  const now = shallowRef(Date.now())
  const timer = setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
