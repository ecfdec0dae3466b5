import type { Ref } from 'vue'

/** What holds rows that are gone through by keys. A page without any is gone through from its beginning. */
const lists = '[role="grid"], section[tabindex="0"]'

/**
 * Where the keys go when what lies over a page is closed: back to what opened it, and where that is gone (a row that was
 * deleted, a page that was left), to the list that is nearest to it.
 */
export const useFocusReturn = (place: Readonly<Ref<HTMLElement | null>>) => {
  let opener: Element | null = null
  return {
    /** Before the focus goes into it. */
    opened: () => {
      opener = document.activeElement
    },
    closed: (event: Event) => {
      event.preventDefault()
      const from = place.value?.parentElement ?? null
      // When it is gone, and what comes in its place, if anything does, has taken the focus.
      setTimeout(() => {
        if (!isNowhere(document.activeElement)) return
        const back = opener?.isConnected && !isNowhere(opener) ? opener : nearestTo(from)
        if (back instanceof HTMLElement) back.focus()
      })
    },
  }
}

const isNowhere = (focused: Element | null): boolean => focused === null || focused === document.body

const nearestTo = (from: Element | null): Element | null => {
  for (let at = from; at !== null; at = at.parentElement) {
    const found = at.querySelector(lists) ?? (at.matches('main') ? at : null)
    if (found !== null) return found
  }
  return null
}
