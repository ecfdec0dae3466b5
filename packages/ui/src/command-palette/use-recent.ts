import { shallowRef, watch } from 'vue'
import { usePrincipal } from '../principal/use-principal.ts'
import type { Command } from './commands.ts'

const recentMax = 5

/** Where one went to last, for as long as the tab is open; nobody is told where somebody else went. */
export const useRecent = (storage: Pick<Storage, 'getItem' | 'setItem'> = sessionStorage) => {
  const { principal } = usePrincipal()
  const recent = shallowRef<readonly Command[]>([])
  const keyOf = () => `mcp-sentinel.recent.${principal.value?.subject ?? principal.value?.email ?? ''}`
  watch(
    principal,
    (who) => {
      recent.value = who === undefined ? [] : readFrom(storage.getItem(keyOf()))
    },
    { immediate: true },
  )
  const remember = (command: Command) => {
    recent.value = [
      { ...command, group: 'Recent' },
      ...recent.value.filter(({ key }) => key !== command.key),
    ].slice(0, recentMax)
    try {
      storage.setItem(keyOf(), JSON.stringify(recent.value))
    } catch {
      // There is no room, or none is allowed: until the page is left it is remembered anyway.
    }
  }
  return { recent, remember }
}

const readFrom = (text: string | null): readonly Command[] => {
  try {
    const read: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(read) ? read.filter(isCommand).slice(0, recentMax) : []
  } catch {
    return []
  }
}

const isCommand = (given: unknown): given is Command => {
  const { key, group, says, to } = (given ?? {}) as Partial<Record<keyof Command, unknown>>
  return (
    typeof key === 'string' &&
    group === 'Recent' &&
    typeof says === 'string' &&
    typeof to === 'object' &&
    to !== null
  )
}
