import type { MCPServer } from '@mcp-sentinel/resources'
import type { Live } from './live-inventories.ts'

export type DriftStatus = 'declared' | 'missing' | 'ungoverned'

/** How the tools that a server has differ from those that were declared of it; undefined while nobody knows. */
export const driftOf = (
  { spec }: MCPServer,
  live: Live,
): { readonly name: string; readonly status: DriftStatus }[] | undefined => {
  if (!live.ok) return undefined
  const declared = new Set((spec.tools ?? []).map(({ name }) => name))
  const there = new Set(live.inventory.tools.map(({ name }) => name))
  return [...new Set([...declared, ...there])].sort().map((name) => ({
    name,
    status: !declared.has(name) ? 'ungoverned' : there.has(name) ? 'declared' : 'missing',
  }))
}

/** As it is told of a server. */
export const toldLive = (live: Live) =>
  live.ok
    ? { liveInventory: { fetchedAt: new Date(live.fetchedAt).toISOString(), ...live.inventory } }
    : { liveInventoryError: live.why }
