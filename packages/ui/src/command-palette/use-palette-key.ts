import { onScopeDispose, type Ref } from 'vue'

/** Opens it, and closes it again; never over another dialog, in which something may be half done. */
export const usePaletteKey = (open: Ref<boolean>): void => {
  const press = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'k' || event.shiftKey || event.altKey) return
    if (event.ctrlKey === event.metaKey) return
    // The browser has another use for it.
    event.preventDefault()
    if (open.value) open.value = false
    else open.value = document.querySelector('[role=dialog], [role=alertdialog]') === null
  }
  window.addEventListener('keydown', press)
  onScopeDispose(() => window.removeEventListener('keydown', press))
}
