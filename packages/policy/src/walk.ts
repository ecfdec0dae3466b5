import { ever } from './time.ts'

/**
 * What to make of things that the caller of `decide` does not know about a call, such as arguments that were not
 * recorded. Judged once with every such doubt in favour of the call and once against it, the two verdicts bound the
 * true one.
 */
export interface Doubt {
  readonly inFavour: boolean
  readonly knowsArgument: (pointer: string) => boolean
}

/** What travels along a decision: what is in doubt, and how long the verdict will stand. */
export interface Walk {
  readonly doubt: Doubt | undefined
  /** The verdict is the same at every instant from `from` on, before `until` … */
  from: number
  until: number
  /** … unless it rests on more than who asks, for what, and when. */
  repeatable: boolean
}

export const createWalk = (doubt?: Doubt): Walk => ({
  doubt,
  from: -ever,
  until: ever,
  repeatable: true,
})

/** Is `now` before this instant? Narrows the time in which the verdict stands to one side of it. */
export const isBefore = (walk: Walk, now: number, instant: number): boolean => {
  if (now < instant) {
    if (instant < walk.until) walk.until = instant
    return true
  }
  if (instant > walk.from) walk.from = instant
  return false
}
