import type { Ask } from './ask.ts'
import { collect, type Objection, wantedSideEffect } from './collect.ts'
import type { CompiledGrant, CompiledPolicy, CompiledSession } from './compile.ts'
import type { MethodKind } from './method.ts'
import type { Decision, PolicyDocument } from './model.ts'
import { covers } from './pattern.ts'
import { type EvaluatorReason, evaluatorReasons } from './reasons.ts'
import { findSession } from './session.ts'
import { type Rank, rank, trustOf } from './trust.ts'
import { isBefore, type Walk } from './walk.ts'

/** A decision while it is being made: each step adds what it found out. */
type Draft = { -readonly [K in keyof Decision]: Decision[K] }

const draftFor = ({ revision = '', policy }: PolicyDocument): Draft => ({
  allowed: true,
  status: 200,
  reason: 'allowed',
  byDefault: false,
  wouldBe: undefined,
  policyVersion: policy?.policy_version ?? '',
  revision,
  requiredTrust: undefined,
  requiredSideEffect: undefined,
  riskLevel: undefined,
  adminTrust: undefined,
  consentedTrust: undefined,
  effectiveTrust: undefined,
  matchedGrant: undefined,
  matchedSession: undefined,
  audit: 'best-effort',
  recorded: undefined,
  pointer: undefined,
})

const deny = (draft: Draft, reason: EvaluatorReason): Decision => {
  draft.allowed = false
  draft.status = evaluatorReasons[reason]
  draft.reason = reason
  return draft
}

/** Where no rule spoke: the document's default, and the reason is the same either way. */
const byDefault = (draft: Draft, reason: EvaluatorReason, { policy }: PolicyDocument): Decision => {
  deny(draft, reason)
  if (policy?.default_decision === 'allow') {
    draft.allowed = draft.byDefault = true
    draft.status = 200
  }
  return draft
}

/** A decision is reported with the version of the grant or session that it rests on, if that has one. */
const versioned = (draft: Draft, version: string | undefined): void => {
  if (version?.trim()) draft.policyVersion = version
}

const restOn = (draft: Draft, { named, policyVersion }: CompiledGrant): void => {
  draft.matchedGrant = named
  versioned(draft, policyVersion)
}

const against = (draft: Draft, reason: EvaluatorReason, { grant, pointer }: Objection): Decision => {
  restOn(draft, grant)
  draft.pointer = pointer
  return deny(draft, reason)
}

/** The decision order, from the kill switches to the verdict. Pure, and it never throws. */
export const decide = (policy: CompiledPolicy, ask: Ask, walk: Walk): Decision => {
  const { server, policy: config } = policy.document
  const draft = draftFor(policy.document)
  if (server.disabled) return deny(draft, 'server_disabled')
  if (ask.kind === 'tools' && config?.disabled_tools?.some((name) => covers(name, ask.target, true))) {
    return deny(draft, 'tool_disabled')
  }
  if (!isGoverned(policy.document, ask.kind)) return draft
  if (config?.mode !== 'observe') return judge(draft, policy, ask, walk)
  draft.wouldBe = judge(draftFor(policy.document), policy, ask, walk)
  draft.audit = draft.wouldBe.audit
  draft.recorded = draft.wouldBe.recorded
  draft.riskLevel = ask.tool?.riskLevel
  return draft
}

export const isGoverned = ({ policy }: PolicyDocument, kind: MethodKind): boolean => {
  const governs: readonly string[] = policy?.governs ?? ['tools']
  return kind !== 'plumbing' && (governs.includes(kind) || governs.includes('all'))
}

/** Who asks, and whether anything at all could let them: identity, session, method, definition, grants. */
const judge = (draft: Draft, policy: CompiledPolicy, ask: Ask, walk: Walk): Decision => {
  const { request, ids } = ask
  const { document } = policy
  const isSomebody = request.human || request.agent || request.team
  if (!isSomebody || document.auth?.mode === 'none') return deny(draft, 'missing_identity')

  let session: CompiledSession | undefined
  // A session id that is presented must resolve and be live, required or not: else junk would raise trust.
  if (request.session) {
    session = findSession(policy, request)
    if (session === undefined) return deny(draft, 'session_not_found')
    draft.matchedSession = session.named
    const fault = faultOfSession(policy, ask, session, walk)
    if (fault !== undefined) {
      versioned(draft, session.binding.policy_version)
      return deny(draft, fault)
    }
  } else if (document.session?.required) return deny(draft, 'missing_session')

  if (ask.kind === 'unknown') return byDefault(draft, 'method_unknown', document)
  const changed = faultOfDefinition(ask, walk)
  if (changed !== undefined) return deny(draft, changed)

  const matching = policy.grants.find(ids.human, ids.agent, ids.team)
  if (matching.length === 0) return byDefault(draft, 'no_matching_grant', document)
  return combine(draft, document, ask, session, collect(matching, ask, walk))
}

const faultOfSession = (
  { idleTimeoutMs }: CompiledPolicy,
  { request, now }: Ask,
  session: CompiledSession,
  walk: Walk,
): EvaluatorReason | undefined => {
  if (session.binding.revoked) return 'session_revoked'
  if (!isBefore(walk, now, session.endsAt)) return 'session_expired'
  if (idleTimeoutMs === undefined) return undefined
  walk.repeatable = false
  const seenAt = request.sessionSeenAt ?? (walk.doubt?.inFavour ? now : Number.NaN)
  // Written so that a time that is not known counts as too long ago.
  return now - seenAt < idleTimeoutMs ? undefined : 'session_expired'
}

/** A tool whose definition was pinned must still be announced with that definition. */
const faultOfDefinition = ({ request, tool }: Ask, walk: Walk): EvaluatorReason | undefined => {
  const pinned = tool?.definitionDigest
  if (pinned === undefined) return undefined
  walk.repeatable = false
  if (request.definitionDigest === undefined)
    return walk.doubt?.inFavour ? undefined : 'tool_definition_unknown'
  return request.definitionDigest === pinned ? undefined : 'tool_definition_changed'
}

/** From what the grants said to the verdict. Denials first, trust last. */
const combine = (
  draft: Draft,
  document: PolicyDocument,
  ask: Ask,
  session: CompiledSession | undefined,
  collected: ReturnType<typeof collect>,
): Decision => {
  const isTool = ask.kind === 'tools'
  const { denial, unmet, attributed, admin, required } = collected
  draft.audit = collected.audit
  draft.recorded = collected.recorded
  if (denial !== undefined) return against(draft, isTool ? 'tool_denied' : 'target_denied', denial)
  if (attributed === undefined) {
    if (unmet !== undefined) return against(draft, 'argument_not_allowed', unmet)
    return byDefault(draft, isTool ? 'tool_not_granted' : 'target_not_granted', document)
  }

  const sideEffect = wantedSideEffect(ask)
  restOn(draft, attributed)
  draft.requiredTrust = trustOf(required)
  draft.riskLevel = ask.tool?.riskLevel
  if (sideEffect === undefined) return deny(draft, 'tool_side_effect_unknown')
  if (sideEffect !== 'none') draft.requiredSideEffect = sideEffect
  if (admin === undefined) return deny(draft, 'side_effect_not_allowed')

  const consented = session ? rank(session.binding.consented_trust) : admin
  const effective = Math.min(admin, consented) as Rank
  draft.adminTrust = trustOf(admin)
  draft.consentedTrust = trustOf(consented)
  draft.effectiveTrust = trustOf(effective)
  return effective < required ? deny(draft, 'trust_too_low') : draft
}
