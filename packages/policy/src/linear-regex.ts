/**
 * A subset of regular expressions that matches in time linear in the text: no back-references, no look-around, and a
 * simulation of all states at once in place of backtracking. A pattern says itself where it starts and ends: `^` or
 * `.*` at its start, `$` or `.*` at its end. So nobody has to know whether an unanchored pattern searches (which would
 * admit too much) or matches whole (which would deny too little). `.` is any character, line ends included.
 */

/** At most this many characters in a pattern. */
export const patternCharsMax = 512
/** At most this many states after repetitions are written out. */
export const patternStatesMax = 256
/** A text longer than this is not matched at all: the answer is `undefined`. */
export const matchedCharsMax = 4096

/** Reads one character, or (a fork) nothing. */
interface State {
  readonly reads?: (char: string) => boolean
  next: number
  readonly other?: number
}

export interface LinearRegex {
  readonly states: readonly State[]
  readonly start: number
}

const END = -1

/**
 * One character of text, as a pattern writes it. What a class or an escape means is left to the engine of the
 * language: on a single character nothing can backtrack.
 */
const atoms = /\.|\\[dDwWsSnrtfv]|\\[^\p{L}\p{N}]|\[\^?(?:\\.|[^\\[\]])+\]|[^\\^$.*+?{}()|[\]]/uy
const repetitions = /([*+?])|\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/y

/** Reads a pattern; undefined when it is none of this subset. */
export const parseLinearRegex = (pattern: string): LinearRegex | undefined => {
  const read = readLinearRegex(pattern)
  return typeof read === 'number' ? undefined : read
}

/** Reads a pattern, or says at which character it stops being one of this subset. */
export const readLinearRegex = (pattern: string): LinearRegex | number => {
  const start = pattern.startsWith('^') ? 1 : 0
  const end = pattern.length - (endsBare(pattern, '$') ? 1 : 0)
  if (pattern.length > patternCharsMax) return patternCharsMax
  if (start === 0 && !pattern.startsWith('.*')) return 0
  if (end === pattern.length && !endsBare(pattern, '.*')) return end

  const states: State[] = []
  let at = start
  let work = 0
  const fail = (): never => {
    throw new SyntaxError()
  }
  const take = (char: string): boolean => at < end && pattern[at] === char && ++at > 0
  const match = (expected: RegExp): RegExpExecArray | null => {
    expected.lastIndex = at
    const found = expected.exec(pattern)
    if (found === null || at + found[0].length > end) return null
    at += found[0].length
    return found
  }
  const state = (entry: State): number => states.push(entry) - 1

  // Built backwards: a piece is a function from "what comes after" to "where to begin". Each use of one is counted,
  // because an empty group repeated within repetitions takes time but makes no state.
  type Piece = (next: number) => number
  const write = (piece: Piece, next: number): number => (++work > patternStatesMax ? fail() : piece(next))
  const either =
    (left: Piece, right: Piece): Piece =>
    (next) =>
      state({ next: left(next), other: right(next) })
  const nothing: Piece = (next) => next
  const forever =
    (piece: Piece): Piece =>
    (next) => {
      const fork = state({ next, other: next })
      ;(states[fork] as State).next = write(piece, fork)
      return fork
    }

  const atom = (): Piece => {
    if (take('(')) {
      if (take('?') && !take(':')) fail()
      const inner = alternatives()
      return take(')') ? inner : fail()
    }
    const [source] = match(atoms) ?? fail()
    const reads = readerOf(source)
    return (next) => state({ reads, next })
  }

  const repeated = (): Piece => {
    const piece = atom()
    const [found, sign, least = '', open, most] = match(repetitions) ?? []
    if (found === undefined) return (next) => write(piece, next)
    const low = sign === undefined ? Number(least) : sign === '+' ? 1 : 0
    const high = sign === '?' ? 1 : sign || (open && !most) ? undefined : Number(most ?? least)
    if (high !== undefined && high < low) fail()
    return (next) => {
      let begin = high === undefined ? forever(piece)(next) : next
      for (let n = low; n < (high ?? 0); n++) begin = write(either(piece, nothing), begin)
      for (let n = 0; n < low; n++) begin = write(piece, begin)
      return begin
    }
  }

  const sequence = (): Piece => {
    const pieces: Piece[] = []
    while (at < end && pattern[at] !== '|' && pattern[at] !== ')') pieces.push(repeated())
    return (next) => pieces.reduceRight((after, piece) => piece(after), next)
  }

  const alternatives = (): Piece => {
    const first = sequence()
    return take('|') ? either(first, alternatives()) : first
  }

  try {
    const whole = alternatives()
    return at < end ? at : { states, start: whole(END) }
  } catch {
    return at
  }
}

/** Ends in `tail`, and no backslash takes the meaning from it. */
export const endsBare = (text: string, tail: string): boolean =>
  text.endsWith(tail) && (/\\*$/.exec(text.slice(0, -tail.length)) as RegExpExecArray)[0].length % 2 === 0

const readerOf = (source: string): ((char: string) => boolean) => {
  if (source === '.') return () => true
  if (!/[\\[]/.test(source)) return (char) => char === source
  const one = new RegExp(`^${source}$`, 'su')
  return (char) => one.test(char)
}

/** Does the whole text match? `undefined` when the text is too long to say. */
export const matchesLinear = ({ states, start }: LinearRegex, text: string): boolean | undefined => {
  if (text.length > matchedCharsMax) return undefined
  const seenAt = new Int32Array(states.length).fill(-1)
  let ended = false
  let position = 0
  let now: State[] = []

  const enter = (index: number, into: State[]): void => {
    const state = states[index]
    if (state === undefined) ended = true
    else if (seenAt[index] !== position) {
      seenAt[index] = position
      if (state.reads !== undefined) into.push(state)
      else {
        enter(state.next, into)
        enter(state.other as number, into)
      }
    }
  }

  enter(start, now)
  for (const char of text) {
    position++
    ended = false
    const after: State[] = []
    for (const state of now) if (state.reads?.(char)) enter(state.next, after)
    now = after
  }
  return ended
}
