import type { MethodKind } from './method.ts'
import { mix } from './mix.ts'
import type { Decision } from './model.ts'

/** The names of a call as the document's own numbers; 0 for what the document does not name. */
export interface AskIds {
  readonly human: number
  readonly agent: number
  readonly team: number
  readonly target: number
}

/** A verdict that rests on nothing but who asks, for what, and a time between two instants. */
export interface MemoEntry {
  readonly ids: AskIds
  readonly session: number
  readonly kind: MethodKind
  readonly refType: string | undefined
  readonly from: number
  readonly until: number
  readonly decision: Decision
}

/** Verdicts kept at a time. A fixed table: a newer one takes the place of an older, so nobody can make it grow. */
export const memoEntriesMax = 4096

/** A verdict is kept when the same call comes twice: callers that come once leave a mark and touch nothing else. */
export interface Memo {
  readonly marks: Int32Array
  readonly entries: (MemoEntry | undefined)[]
}

export const createMemo = (): Memo => ({
  marks: new Int32Array(memoEntriesMax),
  entries: new Array<MemoEntry | undefined>(memoEntriesMax),
})

/** What stands for a call in the table: its low bits are its place. */
export const markOf = (human: number, agent: number, team: number, session: number, target: number): number =>
  mix(mix(mix(mix(mix(0, human), agent), team), session), target)
