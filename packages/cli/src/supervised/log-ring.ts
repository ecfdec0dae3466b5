import {
  type LogLine,
  type LogQuery,
  logLinesMax,
  logLinesUnlessSaid,
} from '@mcp-sentinel/resources/workloads'

/** What a part has said of late, in this run and in the one before it. */
export interface LogRing {
  readonly write: (text: string) => void
  /** Another run begins. */
  readonly turn: () => void
  readonly read: (query?: LogQuery) => readonly LogLine[]
}

const lineCharsMax = 16_384
/** Of a run, in all. */
const charsMax = 1024 ** 2

export const createLogRing = (clock: () => number): LogRing => {
  let lines: LogLine[] = []
  let chars = 0
  let previous: readonly LogLine[] = []

  const writeLine = (text: string): void => {
    if (text === '') return
    const line = { at: clock(), text: text.slice(0, lineCharsMax) }
    lines.push(line)
    chars += line.text.length
    // Many at once, and seldom: to take off the first of a list moves all the others.
    if (chars <= 2 * charsMax && lines.length <= 2 * logLinesMax) return
    let first = Math.max(0, lines.length - logLinesMax)
    let kept = lines.slice(first).reduce((sum, one) => sum + one.text.length, 0)
    for (; kept > charsMax; first++) kept -= lines[first]?.text.length ?? 0
    lines = lines.slice(first)
    chars = kept
  }

  return {
    write: (text) => {
      for (const line of text.split('\n')) writeLine(line.trimEnd())
    },
    turn: () => {
      previous = lines
      lines = []
      chars = 0
    },
    read: ({ sinceMs = 0, tail = logLinesUnlessSaid, previous: isPrevious = false } = {}) => {
      const wanted = Math.min(Math.max(0, Math.trunc(tail)), logLinesMax)
      const since = (isPrevious ? previous : lines).filter(({ at }) => at >= sinceMs)
      return since.slice(since.length - Math.min(wanted, since.length))
    },
  }
}
