import type { Answer } from './asking.ts'
import { codeOf, type EngineName, type Way } from './engines.ts'

export interface Outage {
  readonly engine: EngineName
  readonly way: Way
  readonly sinceMs: number
  /** When all that needs it was answered again; Infinity until then. */
  recoveredMs: number
}

/** What was asked, as far as it is judged. */
interface Question {
  readonly name: string
  readonly needs: readonly EngineName[]
}

export interface Found {
  readonly answers: number
  /** Refusals for the want of an engine that was away, and was needed. */
  readonly refused: number
  /** No documented answer at all: 500, a code that is not promised, a connection that broke. */
  readonly undocumented: readonly string[]
  /** Refused although what it needs was there, or in the name of another engine. */
  readonly unneeded: readonly string[]
  /** The longest that anybody waited for what the engine that was away had to do with, and for anything else. */
  readonly worstNeedingMs: number
  readonly worstOtherMs: number
}

export interface Judge {
  readonly begin: (engine: EngineName, way: Way) => Outage
  readonly judge: (question: Question, answer: Answer) => void
  /** No answer came. */
  readonly unanswered: (question: Question, error: unknown) => void
  readonly found: () => Found
}

const toldMax = 20

/** Holds every answer against what was away while it was asked for. */
export const createJudge = (): Judge => {
  const outages: Outage[] = []
  const undocumented: string[] = []
  const unneeded: string[] = []
  let [answers, refused, worstNeedingMs, worstOtherMs] = [0, 0, 0, 0]
  const tell = (list: string[], what: string): void => {
    list.push(what)
    if (list.length <= toldMax) console.log(`    ${what}`)
  }
  const awayDuring = (ms: number): readonly EngineName[] => {
    const end = performance.now()
    const isMet = (one: Outage) => one.sinceMs <= end && one.recoveredMs >= end - ms
    return outages.filter(isMet).map(({ engine }) => engine)
  }

  return {
    begin: (engine, way) => {
      const outage = { engine, way, sinceMs: performance.now(), recoveredMs: Number.POSITIVE_INFINITY }
      outages.push(outage)
      return outage
    },
    judge: ({ name, needs }, { status, code, fault, ms }) => {
      answers += 1
      const missed = awayDuring(ms).filter((engine) => needs.includes(engine))
      if (missed.length > 0) worstNeedingMs = Math.max(worstNeedingMs, ms)
      else worstOtherMs = Math.max(worstOtherMs, ms)
      if (fault !== undefined) return tell(undocumented, `${name}: ${fault}`)
      if (status < 400) return
      const isForWant = status === 503 && missed.some((engine) => codeOf[engine] === code)
      if (isForWant) refused += 1
      else if (status >= 500 && status !== 503) tell(undocumented, `${name}: ${status} ${code}`)
      else tell(unneeded, `${name}: ${status} ${code}, with ${awayDuring(ms).join(', ') || 'nothing'} away`)
    },
    unanswered: ({ name }, error) => tell(undocumented, `${name}: ${String(error)}`),
    found: () => ({ answers, refused, undocumented, unneeded, worstNeedingMs, worstOtherMs }),
  }
}
