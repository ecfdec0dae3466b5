import type { MethodKind } from './method.ts'
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

export type Memo = (MemoEntry | undefined)[]

export const createMemo = (): Memo => new Array<MemoEntry | undefined>(memoEntriesMax).fill(undefined)

export const slotOf = (human: number, agent: number, team: number, session: number, target: number): number =>
  (human * 31 + agent * 131 + team * 1031 + session * 8191 + target * 65_599) & (memoEntriesMax - 1)
