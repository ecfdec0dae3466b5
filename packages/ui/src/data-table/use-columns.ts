import { computed, type Ref, shallowRef } from 'vue'
import type { Column } from './columns.ts'

/** What somebody chose otherwise than it is, by the columns' keys. */
type Chosen = Readonly<Record<string, boolean>>

/** Which columns of a table are shown, as this browser keeps it for the next time. */
export const useColumns = <Row>(table: string, columns: Readonly<Ref<readonly Column<Row>[]>>) => {
  const name = `mcp-sentinel.columns.${table}`
  const chosen = shallowRef(kept(name))
  const isShown = ({ key, isOptional = false }: Column<Row>) => chosen.value[key] ?? !isOptional
  const shown = computed(() => columns.value.filter(isShown))
  const choose = (now: Chosen) => {
    chosen.value = now
    keep(name, now)
  }
  return {
    shown,
    choices: computed(() =>
      columns.value.map((column) => ({
        key: column.key,
        title: column.title,
        isShown: isShown(column),
        // A table without columns shows nothing that could be opened.
        isLast: shown.value.length === 1 && isShown(column),
      })),
    ),
    isChanged: computed(() =>
      columns.value.some((column) => isShown(column) === (column.isOptional ?? false)),
    ),
    turn: (key: string) => {
      const column = columns.value.find((one) => one.key === key)
      if (column !== undefined) choose({ ...chosen.value, [key]: !isShown(column) })
    },
    reset: () => choose({}),
  }
}

// Where a page may keep nothing, what was chosen holds for as long as it is open.
const kept = (name: string): Chosen => {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name) ?? '{}')
    if (typeof found !== 'object' || found === null) return {}
    return Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === 'boolean'))
  } catch {
    return {}
  }
}

const keep = (name: string, chosen: Chosen) => {
  try {
    if (Object.keys(chosen).length === 0) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify(chosen))
  } catch {}
}
