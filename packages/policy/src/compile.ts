import { byCodePoint } from './code-points.ts'
import { type CompiledCondition, compileCondition } from './condition.ts'
import { createMemo, type Memo } from './memo.ts'
import type {
  Grant,
  Named,
  PolicyDocument,
  RecordedParts,
  RiskLevel,
  Rule,
  Session,
  SideEffect,
  Tool,
} from './model.ts'
import { compileNames, type NameBook } from './pattern.ts'
import { compileSubjects, intern, type Names, type SubjectIndex } from './subject.ts'
import { ever, parseDuration, parseInstant } from './time.ts'
import { bitOf, type Rank, rank, riskOf } from './trust.ts'

export interface CompiledRule {
  readonly name: string
  /** The name as a number; a pattern has one too, and no target ever equals it. */
  readonly nameId: number
  readonly denies: boolean
  readonly requiredRank: Rank
  readonly conditions: readonly CompiledCondition[]
  readonly auditRequired: boolean
  readonly recorded: RecordedParts | undefined
  /** Position in its list, for pointing at it. */
  readonly index: number
}

/** The rules of one grant for one kind of target. */
export type RuleBook = NameBook<CompiledRule>

export interface CompiledGrant {
  /** Rank by namespace and name: attribution follows it, the order in the document never matters. */
  readonly order: number
  /** Position in the document. */
  readonly index: number
  readonly named: Named
  readonly policyVersion: string | undefined
  readonly disabled: boolean
  /** When it counts; undefined: always. */
  readonly window: Window | undefined
  readonly ceiling: Rank
  readonly sideEffects: number
  /** Absent: every tool. */
  readonly tools: RuleBook | undefined
  readonly resources: RuleBook
  readonly prompts: RuleBook
}

/** From an instant on, before another. */
interface Window {
  readonly from: number
  readonly until: number
}

export interface CompiledTool {
  readonly requiredRank: Rank
  readonly sideEffect: SideEffect | undefined
  readonly riskLevel: RiskLevel | undefined
  readonly definitionDigest: string | undefined
}

export interface CompiledSession {
  readonly binding: Session
  readonly named: Named
  /** Epoch milliseconds: its own expiry or, where that is enforced, the end of its longest life. */
  readonly endsAt: number
}

/** Sessions of one name: a document that was read has one, and a caller's is the first that speaks of it. */
interface NamedSessions {
  readonly id: number
  readonly sessions: CompiledSession[]
}

/** A document made ready to judge calls. Opaque to users: read `document` instead. */
export interface CompiledPolicy {
  readonly document: PolicyDocument
  /** Undefined: not enforced. */
  readonly idleTimeoutMs: number | undefined
  readonly tools: ReadonlyMap<string, CompiledTool>
  /** Every name that a rule or the inventory gives a target. */
  readonly targets: Names
  readonly grants: SubjectIndex<CompiledGrant>
  readonly sessions: ReadonlyMap<string, NamedSessions>
  readonly memo: Memo
}

const byName = (a: Grant, b: Grant): number => byCodePoint(fullName(a), fullName(b))
const fullName = ({ namespace = '', name }: Grant): string => `${namespace}\0${name}`

const NO_CONDITIONS: readonly CompiledCondition[] = []
const NO_RULES: RuleBook = compileNames([], true)

/** What the parts of a document share while it is compiled. */
interface Setting {
  /** Whether a `*` at the end of a name means anything. */
  readonly patterns: boolean
  readonly targets: Map<string, number>
}

const compileRules = (rules: readonly Rule[] | undefined, { patterns, targets }: Setting): RuleBook => {
  if (!rules?.length) return NO_RULES
  return compileNames(
    rules.map((rule, index) => compileRule(rule, index, intern(targets, rule.name))),
    patterns,
  )
}

const compileRule = (rule: Rule, index: number, nameId: number): CompiledRule => ({
  name: rule.name,
  nameId,
  denies: rule.decision === 'deny',
  requiredRank: rank(rule.required_trust),
  conditions: rule.when?.map(compileCondition) ?? NO_CONDITIONS,
  auditRequired: rule.audit === 'required',
  recorded: rule.record,
  index,
})

const nameOf = ({ name, namespace = '' }: Grant | Session): Named => ({ name, namespace })

/** What is not written bounds nothing; what cannot be read leaves no time at all. */
const startOf = (text: string | undefined): number => (text ? (parseInstant(text) ?? ever) : -ever)
const finishOf = (text: string | undefined): number => (text ? (parseInstant(text) ?? -ever) : ever)

const windowOf = ({ not_before, not_after }: Grant): Window | undefined =>
  not_before || not_after ? { from: startOf(not_before), until: finishOf(not_after) } : undefined

const compileGrant = (grant: Grant, index: number, order: number, setting: Setting): CompiledGrant => ({
  order,
  index,
  named: nameOf(grant),
  policyVersion: grant.policy_version,
  disabled: grant.disabled === true,
  window: windowOf(grant),
  ceiling: rank(grant.max_trust),
  sideEffects: (grant.allowed_side_effects ?? []).reduce((bits, one) => bits | bitOf(one), 0),
  tools: grant.tool_rules?.length ? compileRules(grant.tool_rules, setting) : undefined,
  resources: compileRules(grant.resource_rules, setting),
  prompts: compileRules(grant.prompt_rules, setting),
})

const compileTool = (tool: Tool): CompiledTool => ({
  requiredRank: rank(tool.required_trust),
  sideEffect: bitOf(tool.side_effect) === 0 ? undefined : tool.side_effect,
  riskLevel: riskOf(tool),
  definitionDigest: tool.definition_digest,
})

/** When a session ends, whichever comes first: its own expiry or, where enforced, the longest life. */
const endOf = (session: Session, maxLifetimeMs: number | undefined): number => {
  const expiry = finishOf(session.expires_at)
  if (maxLifetimeMs === undefined) return expiry
  // Of an unknown age, so too old.
  const issued = parseInstant(session.issued_at ?? '') ?? -ever
  return Math.min(expiry, issued + maxLifetimeMs)
}

const compileSessions = (sessions: readonly Session[], maxLifetimeMs: number | undefined) => {
  const byName = new Map<string, NamedSessions>()
  for (const binding of sessions) {
    const same = byName.get(binding.name) ?? { id: byName.size + 1, sessions: [] }
    byName.set(binding.name, same)
    same.sessions.push({ binding, named: nameOf(binding), endsAt: endOf(binding, maxLifetimeMs) })
  }
  return byName
}

/** A limit that is written but cannot be read is no time at all, not no limit. */
const durationOf = (text: string | undefined): number | undefined =>
  text?.trim() ? (parseDuration(text) ?? 0) : undefined

/** Makes a document ready: names numbered, grants indexed by subject, rules by name, conditions and times parsed. */
export const compile = (document: PolicyDocument): CompiledPolicy => {
  const { session, tools = [], grants = [], sessions = [] } = document
  const isV2 = document.schema_version === 'v2'
  const targets = new Map<string, number>()
  const setting: Setting = { patterns: isV2, targets }
  for (const { name } of tools) intern(targets, name)
  const compiledGrants = grants
    .map((grant, index) => ({ grant, index }))
    .sort((a, b) => byName(a.grant, b.grant))
    .map(({ grant, index }, order) => ({ subject: grant, value: compileGrant(grant, index, order, setting) }))
  return {
    document,
    idleTimeoutMs: isV2 ? durationOf(session?.idle_timeout) : undefined,
    // Turned round, so that of two tools with one name the first counts.
    tools: new Map(tools.toReversed().map((tool) => [tool.name, compileTool(tool)])),
    targets,
    // Sessions tell callers apart too, so their subjects are numbered with those of the grants.
    grants: compileSubjects(compiledGrants, sessions),
    sessions: compileSessions(sessions, isV2 ? durationOf(session?.max_lifetime) : undefined),
    memo: createMemo(),
  }
}
