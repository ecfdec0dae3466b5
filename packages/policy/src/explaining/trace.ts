import { type Ask, askOf } from '../ask.ts'
import { bookOf, collect } from '../collect.ts'
import type { CompiledGrant, CompiledPolicy, CompiledRule } from '../compile.ts'
import { decide } from '../decide.ts'
import type { Decision, Named, PolicyRequest } from '../model.ts'
import { covering } from '../pattern.ts'
import { createWalk, isBefore } from '../walk.ts'
import { type Step, stepOf } from './steps.ts'

/** What became of one grant that speaks of the caller. */
export type GrantOutcome =
  | 'disabled'
  | 'not-yet-valid'
  | 'no-longer-valid'
  | 'denies'
  | 'names-not'
  | 'condition-not-met'
  | 'side-effect-not-listed'
  | 'admits'

export interface ConsideredGrant {
  readonly grant: Named
  /** Position in the document's `grants`. */
  readonly index: number
  readonly outcome: GrantOutcome
  /** The rule that spoke, by its name as written. */
  readonly rule: string | undefined
  readonly ruleIndex: number | undefined
  /** The argument that its condition stumbled over. */
  readonly pointer: string | undefined
}

/** A decision with what led to it. */
export interface Trace {
  readonly decision: Decision
  /** The check that refused, or would have; undefined where all passed. Those before it in `steps` passed. */
  readonly failedStep: Step | undefined
  /** Every grant that speaks of the caller, and what became of it; empty where the decision fell before grants. */
  readonly grants: readonly ConsideredGrant[]
}

const askingGrants: readonly (Step | undefined)[] = ['denials', 'rules', 'side-effect', 'trust', undefined]

/** The decision once more, and each grant asked by itself: the same functions, so it cannot tell another story. */
export const trace = (policy: CompiledPolicy, request: PolicyRequest, now: number): Trace => {
  const ask = askOf(policy, request, now)
  const decision = decide(policy, ask, createWalk())
  const failedStep = stepOf((decision.wouldBe ?? decision).reason)
  const { human, agent, team } = ask.ids
  const matching = askingGrants.includes(failedStep) ? policy.grants.find(human, agent, team) : []
  return { decision, failedStep, grants: matching.map((grant) => consider(grant, ask)) }
}

const consider = (grant: CompiledGrant, ask: Ask): ConsideredGrant => {
  const told = (outcome: GrantOutcome, rule?: CompiledRule, pointer?: string): ConsideredGrant => ({
    grant: grant.named,
    index: grant.index,
    outcome,
    rule: rule?.name,
    ruleIndex: rule?.index,
    pointer,
  })
  const walk = createWalk()
  if (grant.disabled) return told('disabled')
  if (grant.window && isBefore(walk, ask.now, grant.window.from)) return told('not-yet-valid')
  if (grant.window && !isBefore(walk, ask.now, grant.window.until)) return told('no-longer-valid')
  const { denial, unmet, attributed, admin } = collect([grant], ask, walk)
  if (denial) return told('denies', denial.rule, denial.pointer)
  if (unmet) return told('condition-not-met', unmet.rule, unmet.pointer)
  const book = bookOf(grant, ask)
  const [speaking] = book ? covering(book, ask.target, ask.ids.target) : []
  if (!attributed) return told('names-not', speaking)
  return told(admin ? 'admits' : 'side-effect-not-listed', speaking)
}
