import { placesPerMember, type Spans } from './scan-event.ts'

/** An event as bytes and as text. */
export interface EventText {
  readonly bytes: Uint8Array
  /** One character for each byte, so that places in the one are places in the other. */
  readonly latin1: string
  /** What stands between two places. */
  readonly slice: (start: number, end: number) => string
  /** Whether some names may be spelt in other ways than plainly. */
  readonly hasEscapes: boolean
}

/** The members of an object that was not parsed. */
export interface Members {
  readonly count: number
  /** The JSON text of a member; undefined where there is none. Names that can be asked for are ASCII. */
  readonly token: (name: string) => string | undefined
  /** Whether the one of that name is spelt just so. */
  readonly isPlain: (name: string) => boolean
  /** Is none given twice? */
  readonly areDistinct: () => boolean
}

const QUOTE = 34

export const createMembers = (text: EventText, spans: Spans): Members => {
  const { bytes, latin1, slice, hasEscapes } = text
  let isNext = 0
  let byName: ReadonlyMap<string, number> | undefined

  const nameAt = (span: number): string => {
    const [name, value] = [spans[span] as number, spans[span + 1] as number]
    const token = slice(name, latin1.lastIndexOf('"', value - 1) + 1)
    return token.includes('\\') ? JSON.parse(token) : token.slice(1, -1)
  }
  const names = (): ReadonlyMap<string, number> => {
    const found = new Map<string, number>()
    for (let span = 0; span < spans.length; span += placesPerMember) found.set(nameAt(span), span)
    return found
  }

  const isCalled = (span: number, name: string): boolean => {
    const start = (spans[span] as number) + 1
    return latin1.startsWith(name, start) && latin1.charCodeAt(start + name.length) === QUOTE
  }
  /** Whoever asks for many asks in the order in which they are likely to stand: the search goes on where it ended. */
  const spanOf = (name: string): number | undefined => {
    if (hasEscapes) {
      byName ??= names()
      return byName.get(name)
    }
    for (let span = isNext; span < spans.length; span += placesPerMember)
      if (isCalled(span, name)) return span
    for (let span = 0; span < isNext; span += placesPerMember) if (isCalled(span, name)) return span
    return undefined
  }

  /** Names that ascend cannot come again. Those of most events do, and need no set. */
  const doAscend = (): boolean => {
    for (let span = placesPerMember; span < spans.length; span += placesPerMember)
      if (!isBefore(bytes, spans[span - placesPerMember] as number, spans[span] as number)) return false
    return true
  }

  const count = spans.length / placesPerMember
  return {
    count,
    token: (name) => {
      const span = spanOf(name)
      if (span === undefined) return undefined
      isNext = span + placesPerMember
      return slice(spans[span + 1] as number, spans[span + 2] as number)
    },
    isPlain: (name) => {
      const span = spanOf(name)
      return span !== undefined && isCalled(span, name)
    },
    areDistinct: () => {
      if (!hasEscapes && doAscend()) return true
      byName ??= names()
      return byName.size === count
    },
  }
}

/** Of two strings without escapes, by where they begin. */
const isBefore = (bytes: Uint8Array, first: number, second: number): boolean => {
  let at = 1
  while (bytes[first + at] === bytes[second + at] && bytes[first + at] !== QUOTE) at++
  const [a, b] = [bytes[first + at] as number, bytes[second + at] as number]
  return b !== QUOTE && (a === QUOTE || a < b)
}
