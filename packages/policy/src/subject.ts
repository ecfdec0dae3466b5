import type { Caller, Subject } from './model.ts'
import { createTripleTable } from './triple-table.ts'

/** Names as small integers, so that a caller is three numbers. */
export type Names = ReadonlyMap<string, number>

/** 0 is "no name, or one that the document does not know": neither equals any name in it. */
export const idOf = (names: Names, name: string | undefined): number =>
  name === undefined ? 0 : (names.get(name) ?? 0)

/** The number of a name, from 1, a new one if it has none yet. */
export const intern = (names: Map<string, number>, name: string): number => {
  const id = names.get(name) ?? names.size + 1
  names.set(name, id)
  return id
}

const internSubject = (names: Map<string, number>, name: string | undefined): number =>
  name ? intern(names, name) : 0

/** Does this subject speak of this caller? All fields empty speaks of nobody. */
export const speaksOf = (subject: Subject, caller: Caller): boolean => {
  const { human_id: human, agent_id: agent, team_id: team } = subject
  if (human && human !== caller.human) return false
  if (agent && agent !== caller.agent) return false
  if (team && team !== caller.team) return false
  return Boolean(human || agent || team)
}

/**
 * Finds the entries that speak of a caller with one look-up for each shape of subject that the document has, seven at
 * most, however many entries there are.
 */
export interface SubjectIndex<T> {
  readonly humans: Names
  readonly agents: Names
  readonly teams: Names
  /** In ascending `order`. */
  readonly find: (human: number, agent: number, team: number) => readonly T[]
}

interface Ordered {
  readonly order: number
}

export const compileSubjects = <T extends Ordered>(
  entries: readonly { readonly subject: Subject; readonly value: T }[],
  alsoNamed: readonly Subject[],
): SubjectIndex<T> => {
  const humans = new Map<string, number>()
  const agents = new Map<string, number>()
  const teams = new Map<string, number>()
  const groupOf = createTripleTable(entries.length)
  // A subject that has one entry, as most have, leads straight to it.
  const groups: (T | T[])[] = []
  const shapes = new Set<number>()
  const number = ({ human_id, agent_id, team_id }: Subject): readonly [number, number, number] => [
    internSubject(humans, human_id),
    internSubject(agents, agent_id),
    internSubject(teams, team_id),
  ]
  for (const { subject, value } of entries) {
    const ids = number(subject)
    const shape = shapeOf(...ids)
    if (shape === 0) continue
    shapes.add(shape)
    const group = groupOf.get(...ids)
    if (group === undefined) groupOf.set(...ids, groups.push(value) - 1)
    else addTo(groups, group, value)
  }
  alsoNamed.forEach(number)

  const present = [...shapes]
  const find = (human: number, agent: number, team: number): readonly T[] => {
    const known = shapeOf(human, agent, team)
    let found: readonly T[] = []
    for (const shape of present) {
      if ((shape & known) !== shape) continue
      // A bit that is set makes -1, all ones, and keeps the id; one that is not makes 0.
      const group = groupOf.get(human & -(shape & 1), agent & -((shape >> 1) & 1), team & -(shape >> 2))
      if (group !== undefined) found = merged(found, groups[group] as T | T[])
    }
    return found
  }
  return { humans, agents, teams, find }
}

/** Which fields of a subject are set: one bit each. */
const shapeOf = (human: number, agent: number, team: number): number =>
  Number(human !== 0) | (Number(agent !== 0) << 1) | (Number(team !== 0) << 2)

const addTo = <T>(groups: (T | T[])[], group: number, value: T): void => {
  const there = groups[group] as T | T[]
  if (Array.isArray(there)) there.push(value)
  else groups[group] = [there, value]
}

/** Ascending entries and more of them as one list. Nearly always the first are none, and then nothing is copied. */
const merged = <T extends Ordered>(left: readonly T[], right: T | T[]): readonly T[] => {
  if (left.length === 0) return Array.isArray(right) ? right : [right]
  return left.concat(right).sort((a, b) => a.order - b.order)
}
