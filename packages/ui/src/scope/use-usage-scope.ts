import { computed, type Ref, ref } from 'vue'
import { daysOf, daysWords, type TimeWindow } from './span.ts'
import { useNamespace, useSpan } from './use-scope.ts'

/** What is looked at, as calls are counted: by whole days up to now. */
export const useUsageScope = (fallback: TimeWindow, now: Readonly<Ref<number>>) => {
  const namespace = useNamespace()
  const { span } = useSpan(ref(fallback))
  const counted = computed(() => daysOf(span.value, now.value))
  const days = computed(() => counted.value.days)
  const words = computed(() => daysWords(days.value))
  return {
    days,
    words,
    /** Where more is counted than was asked for. */
    note: computed(() => (counted.value.isMore ? `Counted by whole days: ${words.value.toLowerCase()}` : '')),
    inNamespace: computed(() => (namespace.value === '' ? {} : { namespace: namespace.value })),
  }
}
