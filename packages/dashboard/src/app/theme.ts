import type { Theme } from '@mcp-sentinel/ui'
import { computed, ref, watch } from 'vue'

export type ThemeChoice = Theme | 'system'

const kept = 'mcp-sentinel.theme'

/** As the person chose it, or as their system has it. */
export const useTheme = () => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const system = ref<Theme>(dark.matches ? 'dark' : 'light')
  dark.addEventListener('change', ({ matches }) => {
    system.value = matches ? 'dark' : 'light'
  })
  const choiceIn = (stored: string | null): ThemeChoice =>
    stored === 'light' || stored === 'dark' ? stored : 'system'
  const choice = ref<ThemeChoice>(choiceIn(localStorage.getItem(kept)))
  // As it was chosen in another tab.
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key === kept) choice.value = choiceIn(newValue)
  })
  watch(choice, (now) => {
    if (now === 'system') localStorage.removeItem(kept)
    else localStorage.setItem(kept, now)
  })
  const theme = computed<Theme>(() => (choice.value === 'system' ? system.value : choice.value))
  return { choice, theme }
}
