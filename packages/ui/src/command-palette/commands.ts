import type { RouteLocationRaw } from 'vue-router'
import type { Action } from '../action/use-action.ts'

interface Listed {
  readonly key: string
  readonly group: string
  readonly says: string
  /** Where or whose it is. */
  readonly about?: string
}

/** Somewhere to go. */
export interface Command extends Listed {
  readonly to: RouteLocationRaw
}

/** Something to do, which is asked about first. */
export interface Deed extends Listed {
  readonly action: Action
  /** By which it is found too. */
  readonly words?: string
}

export type Entry = Command | Deed

export interface CommandGroup {
  readonly name: string
  readonly commands: readonly Entry[]
}

const ofGroupMax = 8

/** Those that have every word of what was typed, first those that begin with it; by their groups. */
export const commandsFor = (
  commands: readonly Entry[],
  typed: string,
  max = ofGroupMax,
): readonly CommandGroup[] => {
  const sought = typed.trim().toLowerCase()
  const words = sought.split(/\s+/)
  const meant = commands
    .map((command) => ({ command, text: textOf(command) }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .toSorted((a, b) => Number(b.text.startsWith(sought)) - Number(a.text.startsWith(sought)))
    .map(({ command }) => command)
  return [...Map.groupBy(meant, ({ group }) => group)].map(([name, all]) => ({
    name,
    commands: all.slice(0, max),
  }))
}

const textOf = (entry: Entry): string =>
  `${entry.says} ${entry.about ?? ''} ${'words' in entry ? entry.words : ''}`.toLowerCase()

const verbs = ['revoke', 'unrevoke', 'lift', 'disable', 'enable', 'switch', 'kill']
const verbCharsMin = 3

/** Whether something is to be done: what is only looked for is not to stand beside what takes it away. */
export const meansDeed = (typed: string): boolean => {
  const [first = ''] = typed.trim().toLowerCase().split(/\s+/)
  return first.length >= verbCharsMin && verbs.some((verb) => verb.startsWith(first))
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const traceId = /^[0-9a-f]{32}$/

/** What a pasted id leads to: an event by its own, the one behind a decision, or the several behind a trace. */
export const commandsOfId = (typed: string): readonly Command[] => {
  const id = typed.trim().toLowerCase()
  const event = (says: string, filter: string): Command => ({
    key: `${filter}/${id}`,
    group: 'Events',
    says,
    about: id,
    to: { name: 'events', query: filter === 'event' ? { event: id } : { [filter]: id, live: 'off' } },
  })
  if (uuid.test(id)) return [event('Decision', 'decision_id'), event('Event', 'event')]
  return traceId.test(id) ? [event('Trace', 'trace_id')] : []
}
