import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { useClock } from '../sentinel/sentinel.ts'

const everyMs = 1000

/** The time at the API, told anew each second while somebody looks. */
export const useNow = (): Readonly<Ref<number>> => {
  const clock = useClock()
  const now = shallowRef(clock.now())
  const tell = () => {
    now.value = clock.now()
  }
  const timer = setInterval(() => {
    if (!document.hidden) tell()
  }, everyMs)
  watch(clock.aheadMs, tell)
  onScopeDispose(() => clearInterval(timer))
  return now
}
