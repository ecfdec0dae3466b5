import { computed, type Ref, ref } from 'vue'

/** Which of some buckets are pointed at, by a pointer or by keys: one, or all from one to another. */
export const useSelection = (count: Readonly<Ref<number>>, pick: (first: number, last: number) => void) => {
  const at = ref<number>()
  const from = ref<number>()

  const within = (index: number) => Math.min(count.value - 1, Math.max(0, index))
  const selected = computed(() => {
    if (at.value === undefined || count.value === 0) return undefined
    const [a, b] = [within(at.value), within(from.value ?? at.value)]
    return { first: Math.min(a, b), last: Math.max(a, b) }
  })
  const take = () => {
    const taken = selected.value
    from.value = undefined
    if (taken !== undefined) pick(taken.first, taken.last)
  }
  const leave = () => {
    at.value = undefined
    from.value = undefined
  }

  const under = ({ currentTarget, clientX }: PointerEvent): number => {
    const { left, width } = (currentTarget as Element).getBoundingClientRect()
    return within(Math.floor(((clientX - left) / Math.max(1, width)) * count.value))
  }
  const pointer = {
    onPointermove: (event: PointerEvent) => {
      at.value = under(event)
    },
    onPointerdown: (event: PointerEvent) => {
      if (event.button !== 0) return // Who drags beyond the edge means all up to it.
      ;(event.currentTarget as Element).setPointerCapture?.(event.pointerId)
      at.value = under(event)
      from.value = at.value
    },
    onPointerup: () => {
      if (from.value !== undefined) take()
    },
    onPointerleave: leave,
    onPointercancel: leave,
  }

  const steps: Readonly<Record<string, (now: number) => number>> = {
    ArrowLeft: (now) => now - 1,
    ArrowRight: (now) => now + 1,
    PageUp: (now) => now - 6,
    PageDown: (now) => now + 6,
    Home: () => 0,
    End: () => count.value - 1,
  }
  const onKeydown = (event: KeyboardEvent) => {
    const step = steps[event.key]
    if (step !== undefined) {
      const now = at.value ?? count.value - 1
      if (!event.shiftKey) from.value = undefined
      else from.value ??= now
      at.value = within(step(now))
    } else if (event.key === 'Enter' || event.key === ' ') take()
    else if (event.key === 'Escape' && from.value !== undefined) from.value = undefined
    else return
    event.preventDefault()
  }
  const keys = {
    onKeydown,
    onFocus: () => {
      at.value ??= count.value - 1
    },
    onBlur: leave,
  }
  return { selected, isRange: computed(() => from.value !== undefined), pointer, keys }
}
