import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

/** Of an element, as long as it is shown. */
export const useWidth = (element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> => {
  const width = shallowRef(600)
  const observer = new ResizeObserver(([entry]) => {
    if (entry !== undefined && entry.contentRect.width > 0) width.value = Math.round(entry.contentRect.width)
  })
  watch(element, (now, before) => {
    if (before) observer.unobserve(before)
    if (now) observer.observe(now)
  })
  onScopeDispose(() => observer.disconnect())
  return width
}
