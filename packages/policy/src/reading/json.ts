import { type PolicyIssue, pointerOf, shown } from './issue.ts'

/** Levels of nesting in a document; a policy needs eight. */
export const depthMax = 32
/** Values in a document, counted one by one. */
export const valuesMax = 5_000_000

/**
 * What makes a value unfit to be read as JSON: functions, dates, numbers without end, circles (as endless depth), and
 * keys that mean something to JavaScript rather than to a policy. Walked without recursion, so that no depth can
 * exhaust the stack.
 */
export const jsonFault = (root: unknown): PolicyIssue | undefined => {
  const pending: Item[] = [{ value: root, depth: 0, at: undefined }]
  let values = 0
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { value, depth, at } = item
    const message =
      ++values > valuesMax ? `the document holds more than ${valuesMax} values` : valueFault(value, depth)
    if (message !== undefined) return { pointer: pointerOf(pathTo(at)), message }
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      pending.push({ value: inner, depth: depth + 1, at: { key, above: at } })
    }
  }
  return undefined
}

interface Item {
  readonly value: unknown
  readonly depth: number
  readonly at: Place
}

const valueFault = (value: unknown, depth: number): string | undefined => {
  if (value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'string') return isWellFormed(value) ? undefined : unpaired
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${value} is not a JSON value`
  if (typeof value !== 'object') return `${shown(value)} is not a JSON value`
  if (depth === depthMax) return `nested deeper than ${depthMax} levels`
  if (!Array.isArray(value) && !isPlain(value)) return 'not a plain object'
  if (Object.hasOwn(value, '__proto__')) return 'a member cannot be called __proto__'
  return Object.keys(value).every(isWellFormed) ? undefined : `a member's name ${unpaired}`
}

/** Implementations read half of a surrogate pair each in their own way, so no two would agree on such a name. */
const unpaired = 'holds half of a surrogate pair, which is no text'
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** Made by a literal or by `JSON.parse`, here or in another realm: nothing but own members to be read. */
const isPlain = (value: object): boolean => {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A path as a linked list: written out only when there is something to say about it. */
type Place = { readonly key: PropertyKey; readonly above: Place } | undefined

const pathTo = (place: Place): PropertyKey[] => {
  const path: PropertyKey[] = []
  for (let at = place; at !== undefined; at = at.above) path.unshift(at.key)
  return path
}
