import { placesPerMember, type Spans } from './scan-event.ts'

/** An event as bytes and as text. */
export interface EventText {
  readonly bytes: Uint8Array
  /** What stands between two places. */
  readonly slice: (start: number, end: number) => string
  /** Whether some names may be spelt in other ways than plainly. */
  readonly hasEscapes: boolean
}

/** An object that was not parsed: where its members stand in the text around it. */
export interface Members {
  readonly text: EventText
  readonly spans: Spans
  /** By what they mean, where one is spelt with escapes; else their spelling says it. */
  readonly byMeaning: ReadonlyMap<string, number> | undefined
}

/** Some names that are looked for together. They are ASCII, and as text of JSON nothing in them is escaped. */
export interface Names {
  readonly names: readonly string[]
  /** The first of those that a name may be, by its length and its ends; then, for each, the next. */
  readonly first: Int16Array
  readonly next: Int16Array
  readonly spelt: readonly Uint8Array[]
}

/** No member, and no name. */
export const NONE = -1
const BACKSLASH = 92
const QUOTE = 34
const buckets = 256

/** Of a name in its quotes. */
const bucketOf = (bytes: Uint8Array, start: number, end: number): number =>
  ((end - start) * 3 + (bytes[start + 1] as number) * 7 + (bytes[end - 2] as number) * 31) & (buckets - 1)

export const createNames = (names: readonly string[]): Names => {
  const spelt = names.map((name) => new TextEncoder().encode(`"${name}"`))
  const first = new Int16Array(buckets).fill(NONE)
  const next = new Int16Array(names.length).fill(NONE)
  for (const [index, bytes] of spelt.entries()) {
    const bucket = bucketOf(bytes, 0, bytes.length)
    next[index] = first[bucket] as number
    first[bucket] = index
  }
  return { names, first, next, spelt }
}

export const createMembers = (text: EventText, spans: Spans): Members => ({
  text,
  spans,
  byMeaning: text.hasEscapes && hasEscapedName(text.bytes, spans) ? meanings(text, spans) : undefined,
})

const hasEscapedName = (bytes: Uint8Array, spans: Spans): boolean => {
  for (let span = 0; span < spans.length; span += placesPerMember) {
    const end = spans[span + 1] as number
    for (let at = spans[span] as number; at < end; at++) if (bytes[at] === BACKSLASH) return true
  }
  return false
}

const meanings = ({ slice }: EventText, spans: Spans): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (let span = 0; span < spans.length; span += placesPerMember)
    found.set(JSON.parse(slice(spans[span] as number, spans[span + 1] as number)), span)
  return found
}

/**
 * Which of the names stands where: for each of them its member, else `NONE`. One look at each member, however many
 * names there are.
 */
export const locate = (
  { text: { bytes }, spans, byMeaning }: Members,
  names: Names,
  into: number[],
): void => {
  if (byMeaning !== undefined) {
    for (const [index, name] of names.names.entries()) into[index] = byMeaning.get(name) ?? NONE
    return
  }
  for (let index = 0; index < names.names.length; index++) into[index] = NONE
  for (let span = 0; span < spans.length; span += placesPerMember) {
    const name = nameAt(names, bytes, spans[span] as number, spans[span + 1] as number)
    if (name !== NONE) into[name] = span
  }
}

const nameAt = ({ first, next, spelt }: Names, bytes: Uint8Array, start: number, end: number): number => {
  let name = first[bucketOf(bytes, start, end)] as number
  while (name !== NONE && !isSpelt(bytes, start, end, spelt[name] as Uint8Array)) name = next[name] as number
  return name
}

const isSpelt = (bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean => {
  if (end - start !== name.length) return false
  for (let at = 0; at < name.length; at++) if (bytes[start + at] !== name[at]) return false
  return true
}

/** The JSON text of a member. */
export const tokenAt = ({ text: { slice }, spans }: Members, member: number): string =>
  slice(spans[member + 2] as number, spans[member + 3] as number)

/** The one that is called so; `NONE` where there is none. */
export const memberCalled = ({ text: { bytes }, spans, byMeaning }: Members, name: string): number => {
  if (byMeaning !== undefined) return byMeaning.get(name) ?? NONE
  for (let span = 0; span < spans.length; span += placesPerMember)
    if (isCalled(bytes, spans[span] as number, spans[span + 1] as number, name)) return span
  return NONE
}

const isCalled = (bytes: Uint8Array, open: number, end: number, name: string): boolean => {
  if (end - open !== name.length + quotes) return false
  for (let at = 0; at < name.length; at++) if (bytes[open + 1 + at] !== name.charCodeAt(at)) return false
  return true
}

/** Is a member that is called so spelt so? With an escape in it, it would be longer. */
export const isSpeltPlainly = ({ spans }: Members, member: number, name: string): boolean =>
  (spans[member + 1] as number) - (spans[member] as number) === name.length + quotes

const quotes = 2

/** Is none given twice? */
export const areDistinct = ({ text: { bytes, slice }, spans, byMeaning }: Members): boolean => {
  const count = spans.length / placesPerMember
  if (byMeaning !== undefined) return byMeaning.size === count
  if (doAscend(bytes, spans)) return true
  const names = new Set<string>()
  for (let span = 0; span < spans.length; span += placesPerMember)
    names.add(slice(spans[span] as number, spans[span + 1] as number))
  return names.size === count
}

/** Names that ascend cannot come again. Those of most events do, and need no set. */
const doAscend = (bytes: Uint8Array, spans: Spans): boolean => {
  for (let span = placesPerMember; span < spans.length; span += placesPerMember)
    if (!isBefore(bytes, spans[span - placesPerMember] as number, spans[span] as number)) return false
  return true
}

/** Of two strings without escapes, by where they begin. */
const isBefore = (bytes: Uint8Array, first: number, second: number): boolean => {
  let at = 1
  while (bytes[first + at] === bytes[second + at] && bytes[first + at] !== QUOTE) at++
  const [a, b] = [bytes[first + at] as number, bytes[second + at] as number]
  return b !== QUOTE && (a === QUOTE || a < b)
}
