import type { RouteLocationRaw } from 'vue-router'

/** Somewhere to go. */
export interface Command {
  readonly key: string
  readonly group: string
  readonly says: string
  /** Where or whose it is. */
  readonly about?: string
  readonly to: RouteLocationRaw
}

export interface CommandGroup {
  readonly name: string
  readonly commands: readonly Command[]
}

const ofGroupMax = 8

/** Those that have every word of what was typed, first those that begin with it; by their groups. */
export const commandsFor = (
  commands: readonly Command[],
  typed: string,
  max = ofGroupMax,
): readonly CommandGroup[] => {
  const sought = typed.trim().toLowerCase()
  const words = sought.split(/\s+/)
  const meant = commands
    .map((command) => ({ command, text: `${command.says} ${command.about ?? ''}`.toLowerCase() }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .toSorted((a, b) => Number(b.text.startsWith(sought)) - Number(a.text.startsWith(sought)))
    .map(({ command }) => command)
  return [...Map.groupBy(meant, ({ group }) => group)].map(([name, all]) => ({
    name,
    commands: all.slice(0, max),
  }))
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const traceId = /^[0-9a-f]{32}$/

/** What a pasted id leads to. One event stands behind a decision, several behind a trace. */
export const commandsOfId = (typed: string): readonly Command[] => {
  const id = typed.trim().toLowerCase()
  const event = (says: string, filter: string): Command => ({
    key: `${filter}/${id}`,
    group: 'Events',
    says,
    about: id,
    to: { name: 'events', query: { [filter]: id, live: 'off' } },
  })
  if (uuid.test(id)) return [event('Decision', 'decision_id')]
  return traceId.test(id) ? [event('Trace', 'trace_id')] : []
}
