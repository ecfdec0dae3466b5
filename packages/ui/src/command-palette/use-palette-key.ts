import { onScopeDispose, type Ref } from 'vue'

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Nothing opens over another dialog, in which something may be half done. */
const isFree = (): boolean => document.querySelector('[role=dialog], [role=alertdialog]') === null

/** Ctrl K opens the palette and closes it again, and a question mark tells what keys there are. */
export const usePaletteKey = (open: Ref<boolean>, isTellingKeys: Ref<boolean>): void => {
  const press = (event: KeyboardEvent) => {
    const { key, shiftKey, altKey, ctrlKey, metaKey } = event
    if (key === '?' && !ctrlKey && !metaKey && !altKey && !isTyping(event) && isFree()) {
      event.preventDefault()
      isTellingKeys.value = true
    }
    if (key.toLowerCase() !== 'k' || shiftKey || altKey || ctrlKey === metaKey) return
    // The browser has another use for it.
    event.preventDefault()
    open.value = !open.value && isFree()
  }
  window.addEventListener('keydown', press)
  onScopeDispose(() => window.removeEventListener('keydown', press))
}
