import type { CompiledPolicy } from './compile.ts'
import { findRemedy, type Remedy } from './explaining/remedy.ts'
import { type Trace, trace } from './explaining/trace.ts'
import type { PolicyRequest } from './model.ts'

export { applyEdits, type Edit, type Edited } from './explaining/edit.ts'
export type { Remedy } from './explaining/remedy.ts'
export { type Step, steps } from './explaining/steps.ts'
export type { ConsideredGrant, GrantOutcome, Trace } from './explaining/trace.ts'

export interface Explanation extends Trace {
  /** The smallest change that was found to let the call pass; always tried out before it is given. */
  readonly remedy: Remedy | undefined
}

/** What `evaluate` decides, and why. */
export const explain = (policy: CompiledPolicy, request: PolicyRequest, now: number): Explanation => ({
  ...trace(policy, request, now),
  remedy: findRemedy(policy, request, now),
})
