import { type CompiledPolicy, compile } from './compile.ts'
import { explain } from './explain.ts'
import type { Caller, Decision, PolicyDocument, PolicyRequest } from './model.ts'
import type { EvaluatorReason } from './reasons.ts'
import { parseInstant } from './time.ts'

/** One line of a policy table: who calls what, and what should come of it. */
export interface PolicyCase {
  readonly name?: string | undefined
  readonly as: Caller
  /** A tool's name, or a method and its target. */
  readonly calls:
    | string
    | { readonly method: string; readonly target?: string | undefined; readonly refType?: string | undefined }
  /** The arguments of the call. */
  readonly with?: unknown
  /** RFC 3339; absent means now. */
  readonly at?: string | undefined
  /** The definition that the tool is announced with. */
  readonly definition?: string | undefined
  /** `allow`, `deny`, or the reason of a refusal. In `observe`: of what would have been decided. */
  readonly expect: 'allow' | 'deny' | EvaluatorReason
}

export interface PolicyTest {
  readonly name: string
  /** Throws a `PolicyTestError` that explains the verdict when it is not the expected one. */
  readonly run: () => void
}

export class PolicyTestError extends Error {
  override readonly name = 'PolicyTestError'
}

/** A test for each case, for any runner: `for (const { name, run } of policyTable(document, cases)) test(name, run)`. */
export const policyTable = (
  document: PolicyDocument,
  cases: readonly PolicyCase[],
  now: number = Date.now(),
): readonly PolicyTest[] => {
  const policy = compile(document)
  return cases.map((one, index) => ({
    name: one.name ?? describe(one, index),
    run: () => check(policy, one, now),
  }))
}

/** The request that a case stands for. A session counts as seen just now. */
export const requestOf = (one: PolicyCase, now: number): PolicyRequest => ({
  ...one.as,
  ...(typeof one.calls === 'string' ? { method: 'tools/call', target: one.calls } : one.calls),
  arguments: one.with,
  definitionDigest: one.definition,
  sessionSeenAt: now,
})

export const instantOf = (one: PolicyCase, now: number): number =>
  one.at === undefined ? now : (parseInstant(one.at) ?? Number.NaN)

const check = (policy: CompiledPolicy, one: PolicyCase, now: number): void => {
  const at = instantOf(one, now)
  const { decision, remedy } = explain(policy, requestOf(one, at), at)
  const verdict = decision.wouldBe ?? decision
  if (meetsExpectation(decision, one.expect)) return
  const way = remedy === undefined ? '' : `; it would be allowed if you ${remedy.says}`
  throw new PolicyTestError(`expected ${one.expect}, but the call is ${spoken(verdict)}${way}`)
}

/** Does a decision come out as a case expects? In `observe` it is about what would have been decided. */
export const meetsExpectation = (decision: Decision, expected: PolicyCase['expect']): boolean => {
  const { allowed, reason } = decision.wouldBe ?? decision
  return expected === 'allow' ? allowed : expected === 'deny' ? !allowed : reason === expected
}

const spoken = ({ allowed, reason, byDefault }: Decision): string =>
  allowed ? (byDefault ? `allowed by default (${reason})` : 'allowed') : `refused: ${reason}`

const describe = (one: PolicyCase, index: number): string => {
  const { human, agent, team, session } = one.as
  const who =
    [agent, human && `for ${human}`, team && `of ${team}`, session && `in ${session}`]
      .filter(Boolean)
      .join(' ') || 'nobody'
  const what =
    typeof one.calls === 'string' ? one.calls : `${one.calls.method} ${one.calls.target ?? ''}`.trim()
  return `${index + 1}. ${who} calls ${what}: ${one.expect}`
}
