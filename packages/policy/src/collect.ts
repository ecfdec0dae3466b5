import type { Ask } from './ask.ts'
import type { CompiledGrant, CompiledRule, RuleBook } from './compile.ts'
import type { Audit, RecordedParts, SideEffect } from './model.ts'
import { covering } from './pattern.ts'
import { bitOf, type Rank } from './trust.ts'
import { isBefore, type Walk } from './walk.ts'
import { weigh } from './weigh.ts'

/** A rule that stands against the call, and the argument that it stumbled over. */
export interface Objection {
  readonly grant: CompiledGrant
  readonly rule: CompiledRule
  readonly pointer: string | undefined
}

/** What the grants that speak of the caller say together. */
export interface Collected {
  denial: Objection | undefined
  /** A rule names the target, but its conditions do not hold. */
  unmet: Objection | undefined
  /** The grant that the verdict is reported against; undefined while none admits. */
  attributed: CompiledGrant | undefined
  /** The highest ceiling of those that admit and list the side effect; undefined while none does. */
  admin: Rank | undefined
  required: Rank
  audit: Audit
  recorded: readonly RecordedParts[] | undefined
}

/** Lets each grant speak, in the order of their names. Denials do not end the walk: each grant has its say on the record. */
export const collect = (matching: readonly CompiledGrant[], ask: Ask, walk: Walk): Collected => {
  const collected: Collected = {
    denial: undefined,
    unmet: undefined,
    attributed: undefined,
    admin: undefined,
    required: ask.tool?.requiredRank ?? 1,
    audit: 'best-effort',
    recorded: undefined,
  }
  for (const grant of matching) if (isAwake(grant, ask.now, walk)) consult(collected, grant, ask, walk)
  return collected
}

const isAwake = ({ disabled, window }: CompiledGrant, now: number, walk: Walk): boolean =>
  !disabled && (!window || (!isBefore(walk, now, window.from) && isBefore(walk, now, window.until)))

const consult = (collected: Collected, grant: CompiledGrant, ask: Ask, walk: Walk): void => {
  const book = bookOf(grant, ask)
  if (book === undefined) {
    admit(collected, grant, undefined, ask, walk)
    return
  }
  const rules = covering(book, ask.target, ask.ids.target)
  const [speaking] = rules
  for (const rule of rules) {
    if (rule === speaking || rule.denies) {
      if (rule.auditRequired) collected.audit = 'required'
      if (rule.recorded) collected.recorded = [...(collected.recorded ?? []), rule.recorded]
    }
    if (!rule.denies) continue
    // A denial counts wherever its name covers the target: a more specific allow never takes it away.
    const { truth, inDoubt, pointer } = weigh(rule, ask.request, walk)
    if (truth === false || (inDoubt && walk.doubt?.inFavour)) continue
    collected.denial ??= { grant, rule, pointer }
  }
  // The most specific name decides alone: a denial that does not apply leaves the call to other grants.
  if (speaking?.denies === false) admit(collected, grant, speaking, ask, walk)
}

/** What a call does. Whatever is no tool is a read, and a task was judged when its call was; undefined: nobody knows. */
export const wantedSideEffect = ({ kind, tool }: Ask): SideEffect | 'none' | undefined =>
  kind === 'tools' ? tool?.sideEffect : kind === 'tasks' ? 'none' : 'read'

/** The rules for this kind of target; undefined where a grant admits without naming it. */
export const bookOf = (
  { tools, resources, prompts }: CompiledGrant,
  { kind, target, request }: Ask,
): RuleBook | undefined => {
  if (kind === 'tools') return tools
  // Listening for changes of the lists themselves names no resource.
  if (kind === 'tasks' || (kind === 'subscriptions' && target === '')) return undefined
  return kind === 'prompts' || (kind === 'completion' && request.refType === 'ref/prompt')
    ? prompts
    : resources
}

/** Lets one grant, whose rule (if it has rules) names the target, add what it gives and what it asks. */
const admit = (
  collected: Collected,
  grant: CompiledGrant,
  rule: CompiledRule | undefined,
  ask: Ask,
  walk: Walk,
): void => {
  const sideEffect = wantedSideEffect(ask)
  const gives = sideEffect === 'none' || (grant.sideEffects & bitOf(sideEffect)) !== 0
  const { truth, inDoubt, pointer } = weigh(rule, ask.request, walk)
  const isMet = (inDoubt ? walk.doubt?.inFavour : truth) === true
  if (isMet) {
    collected.attributed ??= grant
    if (gives && grant.ceiling > (collected.admin ?? 0)) {
      collected.attributed = grant
      collected.admin = grant.ceiling
    }
  } else collected.unmet ??= { grant, rule: rule as CompiledRule, pointer }
  // A rule in doubt asks nothing when judged in favour of the call, and judged against it asks though it gives nothing.
  if (gives && rule && isMet !== inDoubt && rule.requiredRank > collected.required) {
    collected.required = rule.requiredRank
    if (isMet) collected.attributed = grant
  }
}
