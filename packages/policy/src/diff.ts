import { askOf } from './ask.ts'
import type { CompiledPolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { Decision, PolicyRequest } from './model.ts'
import { createWalk } from './walk.ts'

/** A call as it was recorded: who and what for certain, arguments only as far as they were kept. */
export interface RecordedRequest extends PolicyRequest {
  /** When it was judged, in epoch milliseconds; absent means at the `now` of the comparison. */
  readonly at?: number | undefined
  /** Pointers into `arguments` that were recorded; everything below one counts. Absent: all of them. */
  readonly recorded?: readonly string[] | undefined
}

export type Change = 'now-allowed' | 'now-refused' | 'other-reason'

export interface Changed {
  readonly index: number
  readonly request: RecordedRequest
  readonly change: Change
  readonly before: Decision
  readonly after: Decision
}

export interface Undecidable {
  readonly index: number
  readonly request: RecordedRequest
  /** Which of the two policies reads something that was not recorded. */
  readonly policies: readonly ('before' | 'after')[]
}

export interface PolicyDiff {
  readonly same: number
  readonly changed: readonly Changed[]
  /** Never counted as unchanged: what was not recorded could change their verdict. */
  readonly undecidable: readonly Undecidable[]
}

/** Which recorded calls change their verdict when one policy takes the place of another, and which cannot be judged. */
export const diff = (
  before: CompiledPolicy,
  after: CompiledPolicy,
  requests: Iterable<RecordedRequest>,
  now: number,
): PolicyDiff => {
  let same = 0
  const changed: Changed[] = []
  const undecidable: Undecidable[] = []
  let index = -1
  for (const request of requests) {
    index++
    const was = judgeRecorded(before, request, now)
    const is = judgeRecorded(after, request, now)
    if (was === undefined || is === undefined) {
      const policies = [...(was ? [] : (['before'] as const)), ...(is ? [] : (['after'] as const))]
      undecidable.push({ index, request, policies })
      continue
    }
    const change = changeOf(was, is)
    if (change === undefined) same++
    else changed.push({ index, request, change, before: was.decision, after: is.decision })
  }
  return { same, changed, undecidable }
}

interface Judged {
  readonly decision: Decision
  /** False when what was not recorded could give another reason for the same verdict. */
  readonly reasonIsCertain: boolean
}

/** The verdict if it is the same whatever was not recorded, else nothing. */
const judgeRecorded = (policy: CompiledPolicy, request: RecordedRequest, now: number): Judged | undefined => {
  const ask = askOf(policy, request, request.at ?? now)
  const { recorded } = request
  const knowsArgument = (pointer: string): boolean =>
    recorded === undefined || recorded.some((one) => pointer === one || pointer.startsWith(`${one}/`))
  const best = decide(policy, ask, createWalk({ inFavour: true, knowsArgument }))
  const decision = decide(policy, ask, createWalk({ inFavour: false, knowsArgument }))
  if (verdict(best).allowed !== verdict(decision).allowed) return undefined
  return { decision, reasonIsCertain: verdict(best).reason === verdict(decision).reason }
}

/** In `observe` every call passes; what would have been decided is what a comparison is about. */
const verdict = (decision: Decision): Decision => decision.wouldBe ?? decision

const changeOf = (before: Judged, after: Judged): Change | undefined => {
  const [was, is] = [verdict(before.decision), verdict(after.decision)]
  if (was.allowed !== is.allowed) return is.allowed ? 'now-allowed' : 'now-refused'
  const certain = before.reasonIsCertain && after.reasonIsCertain
  return certain && was.reason !== is.reason ? 'other-reason' : undefined
}
