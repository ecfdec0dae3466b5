import type { Inventory, Server } from './use-servers.ts'

type Declared = Server['tools'][number]

export interface ToolRow {
  readonly name: string
  readonly description: string
  /** Undefined of one that nobody has declared. */
  readonly declared: Declared | undefined
  /** Undefined while nobody knows what the server has. */
  readonly drift: 'declared' | 'missing' | 'ungoverned' | undefined
  /** What it is switched off by, exact or ending in `*`. */
  readonly offBy: readonly string[]
}

/** Entries that a name is switched off by. */
export const coveredBy = (entries: readonly string[], name: string): readonly string[] =>
  entries.filter((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name))

/** Tools that are declared, and those that are only there, which nobody may call. */
export const toolRows = (server: Server, inventory: Inventory | undefined): readonly ToolRow[] => {
  const drift = new Map(inventory?.drift?.map(({ name, status }) => [name, status]))
  const live = new Map(inventory?.liveInventory?.tools.map((tool) => [tool.name, tool]))
  const rowOf = (name: string, declared: Declared | undefined): ToolRow => ({
    name,
    description: declared?.description ?? live.get(name)?.description ?? '',
    declared,
    drift: drift.get(name),
    offBy: coveredBy(server.disabledTools, name),
  })
  const known = new Set(server.tools.map(({ name }) => name))
  return [
    ...server.tools.map((tool) => rowOf(tool.name, tool)),
    ...[...drift.keys()].filter((name) => !known.has(name)).map((name) => rowOf(name, undefined)),
  ]
}
