/**
 * The decision order once more, written to be obviously right and not to be quick: no index, no memo, no walk. The
 * differential test holds the evaluator against it. It shares nothing with the evaluator but types.
 */
import type {
  Condition,
  Decision,
  Grant,
  PolicyDocument,
  PolicyRequest,
  Rule,
  Session,
  Subject,
  Tool,
  Trust,
} from '../model.ts'

type Verdict = Pick<
  Decision,
  | 'allowed'
  | 'status'
  | 'reason'
  | 'byDefault'
  | 'policyVersion'
  | 'requiredTrust'
  | 'requiredSideEffect'
  | 'riskLevel'
  | 'adminTrust'
  | 'consentedTrust'
  | 'effectiveTrust'
  | 'audit'
  | 'recorded'
  | 'pointer'
> & { matchedGrant: string | undefined; matchedSession: string | undefined; wouldBe: Verdict | undefined }

const ranks = { low: 1, medium: 2, high: 3 }
const rank = (trust: Trust | undefined): number => ranks[trust ?? 'low']
const name = (rank: number): Trust => (['low', 'medium', 'high'] as const)[rank - 1] as Trust

const blank: Verdict = {
  allowed: false,
  status: 403,
  reason: 'allowed',
  byDefault: false,
  policyVersion: '',
  requiredTrust: undefined,
  requiredSideEffect: undefined,
  riskLevel: undefined,
  adminTrust: undefined,
  consentedTrust: undefined,
  effectiveTrust: undefined,
  audit: 'best-effort',
  recorded: undefined,
  pointer: undefined,
  matchedGrant: undefined,
  matchedSession: undefined,
  wouldBe: undefined,
}

const matchesName = (pattern: string, target: string, v2: boolean): boolean =>
  v2 && pattern.endsWith('*') ? target.startsWith(pattern.slice(0, -1)) : pattern === target

const matchesSubject = (subject: Subject, request: PolicyRequest): boolean => {
  const fields = [
    [subject.human_id, request.human],
    [subject.agent_id, request.agent],
    [subject.team_id, request.team],
  ]
  return fields.some(([wanted]) => wanted) && fields.every(([wanted, given]) => !wanted || wanted === given)
}

const family = (method: string): string => {
  if (method === 'tools/call' || method === 'call_tool') return 'tools'
  if (method === 'resources/read') return 'resources'
  if (method === 'prompts/get') return 'prompts'
  if (method === 'completion/complete') return 'completion'
  if (['resources/subscribe', 'resources/unsubscribe', 'subscriptions/listen'].includes(method))
    return 'subscriptions'
  if (method.startsWith('tasks/')) return 'tasks'
  if (method.startsWith('notifications/')) return 'plumbing'
  const plumbing = [
    'initialize',
    'ping',
    'server/discover',
    'logging/setLevel',
    'tools/list',
    'resources/list',
    'resources/templates/list',
    'prompts/list',
  ]
  return plumbing.includes(method) ? 'plumbing' : 'unknown'
}

const hours = (duration: string): number => Number(duration.replace('h', '')) * 3_600_000

const riskOf = (tool: Tool | undefined) => {
  if (tool === undefined) return undefined
  if (tool.risk_level) return tool.risk_level
  if (tool.side_effect === 'destructive' || tool.required_trust === 'high') return 'high'
  if (tool.side_effect === 'write' || tool.required_trust === 'medium') return 'medium'
  return tool.side_effect === 'read' ? 'low' : undefined
}

type Truth = boolean | 'unknown'

const conditionHolds = (condition: Condition, request: PolicyRequest): Truth => {
  const parts = condition.pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  let value: unknown = request.arguments
  for (const part of parts) {
    const isContainer = typeof value === 'object' && value !== null
    const isIndex = Array.isArray(value) ? String(Number(part)) === part && Number(part) >= 0 : true
    value =
      isContainer && isIndex && Object.keys(value as object).includes(part)
        ? (value as Record<string, unknown>)[part]
        : undefined
  }
  const present = value !== undefined
  if (condition.op === 'exists') return present
  if (condition.op === 'absent') return !present
  if (!present || request.inexact?.includes(condition.pointer)) return 'unknown'
  const unsafe = (one: unknown) => typeof one === 'number' && !(Math.abs(one) <= 2 ** 53 - 1)
  if (unsafe(value)) return 'unknown'
  const same = (one: unknown, wanted: unknown): Truth =>
    typeof one !== typeof wanted || unsafe(one) ? 'unknown' : one === wanted
  const among = (ones: Truth[]): Truth =>
    ones.includes(true) ? true : ones.includes('unknown') ? 'unknown' : false
  const negated = (truth: Truth): Truth => (truth === 'unknown' ? truth : !truth)
  const number = (compare: (value: number) => boolean): Truth =>
    typeof value === 'number' ? compare(value) : 'unknown'
  const text = (compare: (value: string) => boolean): Truth =>
    typeof value === 'string' ? compare(value) : 'unknown'
  switch (condition.op) {
    case 'eq':
      return same(value, condition.value)
    case 'ne':
      return negated(same(value, condition.value))
    case 'in':
      return among(condition.value.map((wanted) => same(value, wanted)))
    case 'not_in':
      return negated(among(condition.value.map((wanted) => same(value, wanted))))
    case 'lt':
      return number((one) => one < condition.value)
    case 'lte':
      return number((one) => one <= condition.value)
    case 'gt':
      return number((one) => one > condition.value)
    case 'gte':
      return number((one) => one >= condition.value)
    case 'prefix':
      return text((one) => one.startsWith(condition.value))
    case 'suffix':
      return text((one) => one.endsWith(condition.value))
    case 'matches':
      return text((one) => new RegExp(`^(?:${condition.value.replace(/^\^|\$$/g, '')})$`, 'us').test(one))
    case 'contains': {
      if (!Array.isArray(value))
        return typeof condition.value === 'string'
          ? text((one) => one.includes(condition.value as string))
          : 'unknown'
      if (request.inexact?.some((one) => one.startsWith(`${condition.pointer}/`))) return 'unknown'
      return among(value.map((one) => same(one, condition.value)))
    }
    default:
      return 'unknown'
  }
}

/** All conditions of a rule, and the first that stands in the way: a false one before an unknown one. */
const ruleHolds = (rule: Rule, request: PolicyRequest): { truth: Truth; pointer: string | undefined } => {
  const truths = (rule.when ?? []).map((condition) => ({
    truth: conditionHolds(condition, request),
    pointer: condition.pointer,
  }))
  return (
    truths.find(({ truth }) => truth === false) ??
    truths.find(({ truth }) => truth === 'unknown') ?? { truth: true, pointer: undefined }
  )
}

const rulesFor = (grant: Grant, request: PolicyRequest): readonly Rule[] | undefined => {
  switch (family(request.method)) {
    case 'tools':
      return grant.tool_rules?.length ? grant.tool_rules : undefined
    case 'prompts':
      return grant.prompt_rules ?? []
    case 'completion':
      return (request.refType === 'ref/prompt' ? grant.prompt_rules : grant.resource_rules) ?? []
    case 'subscriptions':
      return request.target ? (grant.resource_rules ?? []) : undefined
    case 'tasks':
      return undefined
    default:
      return grant.resource_rules ?? []
  }
}

export const referenceVerdict = (document: PolicyDocument, request: PolicyRequest, now: number): Verdict => {
  const { policy } = document
  const governs: readonly string[] = policy?.governs ?? ['tools']
  const kind = family(request.method)
  const target = request.target ?? ''
  const documentVersion = policy?.policy_version ?? ''
  const deny = (status: number, reason: Verdict['reason'], rest: Partial<Verdict> = {}): Verdict => ({
    ...blank,
    status,
    reason,
    policyVersion: documentVersion,
    ...rest,
  })
  const pass = (rest: Partial<Verdict> = {}): Verdict => ({ ...deny(200, 'allowed', rest), allowed: true })

  if (document.server.disabled) return deny(403, 'server_disabled')
  if (kind === 'tools' && policy?.disabled_tools?.some((one) => matchesName(one, target, true)))
    return deny(403, 'tool_disabled')
  const governed =
    kind !== 'plumbing' && (governs.includes('all') || (kind !== 'unknown' && governs.includes(kind)))
  if (!governed) return pass()
  if (policy?.mode === 'observe') {
    const enforced = { ...document, policy: { ...policy, mode: 'allow-list' as const } }
    const wouldBe = referenceVerdict(enforced, request, now)
    const riskLevel =
      kind === 'tools' ? riskOf(document.tools?.find((one) => one.name === target)) : undefined
    return pass({ wouldBe, audit: wouldBe.audit, recorded: wouldBe.recorded, riskLevel })
  }

  if (document.auth?.mode === 'none' || !(request.human || request.agent || request.team))
    return deny(401, 'missing_identity')
  const session = document.sessions?.find(
    (one) => one.name === request.session && matchesSubject(one, request),
  )
  if (!request.session && document.session?.required) return deny(401, 'missing_session')
  if (request.session) {
    if (session === undefined) return deny(401, 'session_not_found')
    const matched = { policyVersion: session.policy_version || documentVersion, matchedSession: session.name }
    if (session.revoked) return deny(401, 'session_revoked', matched)
    if (isOver(document, session, request, now)) return deny(401, 'session_expired', matched)
  }
  const matchedSession = request.session ? session?.name : undefined

  const orDefault = (reason: Verdict['reason'], rest: Partial<Verdict> = {}): Verdict => {
    const allowed = policy?.default_decision === 'allow'
    return { ...deny(allowed ? 200 : 403, reason, { matchedSession, ...rest }), allowed, byDefault: allowed }
  }
  if (kind === 'unknown') return orDefault('method_unknown')

  const tool = kind === 'tools' ? document.tools?.find((one) => one.name === target) : undefined
  if (tool?.definition_digest !== undefined && request.definitionDigest !== tool.definition_digest) {
    const reason =
      request.definitionDigest === undefined ? 'tool_definition_unknown' : 'tool_definition_changed'
    return deny(403, reason, { matchedSession })
  }

  const speaking = (document.grants ?? []).filter((grant) => matchesSubject(grant, request))
  if (speaking.length === 0) return orDefault('no_matching_grant')
  const v2 = document.schema_version === 'v2'
  const live = speaking
    .filter((grant) => !grant.disabled)
    .filter((grant) => !grant.not_before || now >= Date.parse(grant.not_before))
    .filter((grant) => !grant.not_after || now < Date.parse(grant.not_after))
    .map((grant) => ({ grant, key: `${grant.namespace ?? ''}\0${grant.name}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ grant }) => grant)
  const versionOf = (grant: Grant) => grant.policy_version || documentVersion

  const named = live.map((grant) => {
    const rules = rulesFor(grant, request)
    const covering = rules?.filter((rule) => matchesName(rule.name, target, v2))
    const sorted = covering?.toSorted((a, b) => specificity(b.name, v2) - specificity(a.name, v2))
    const specific = sorted?.[0]
    const denials = sorted?.filter((rule) => rule.decision === 'deny') ?? []
    const heard = sorted?.filter((rule) => rule === specific || rule.decision === 'deny') ?? []
    return { grant, isWhole: rules === undefined, specific, denials, heard }
  })
  const asksAudit = named.some(({ specific, denials }) =>
    [specific, ...denials].some((rule) => rule?.audit === 'required'),
  )
  const recorded = named.flatMap(({ heard }) => heard.flatMap((rule) => rule.record ?? []))
  const written = {
    audit: asksAudit ? 'required' : 'best-effort',
    recorded: recorded.length === 0 ? undefined : recorded,
  } as const
  const isTool = kind === 'tools'

  for (const { grant, denials } of named) {
    const hit = denials.map((rule) => ruleHolds(rule, request)).find(({ truth }) => truth !== false)
    if (hit === undefined) continue
    const rest = {
      policyVersion: versionOf(grant),
      matchedGrant: grant.name,
      matchedSession,
      ...written,
      pointer: hit.pointer,
    } as const
    return deny(403, isTool ? 'tool_denied' : 'target_denied', rest)
  }

  const asked = named
    .filter(({ isWhole, specific }) => isWhole || (specific !== undefined && specific.decision !== 'deny'))
    .map(({ grant, specific }) => ({
      grant,
      rule: specific,
      met: specific ? ruleHolds(specific, request) : { truth: true, pointer: undefined },
    }))
  const admitting = asked.filter(({ met }) => met.truth === true)
  if (admitting.length === 0) {
    const [unmet] = asked
    if (unmet === undefined) return orDefault(isTool ? 'tool_not_granted' : 'target_not_granted', written)
    const rest = {
      policyVersion: versionOf(unmet.grant),
      matchedGrant: unmet.grant.name,
      matchedSession,
      ...written,
      pointer: unmet.met.pointer,
    } as const
    return deny(403, 'argument_not_allowed', rest)
  }

  const sideEffect = isTool ? tool?.side_effect : kind === 'tasks' ? undefined : 'read'
  const gives = (grant: Grant) =>
    kind === 'tasks' || (sideEffect !== undefined && (grant.allowed_side_effects ?? []).includes(sideEffect))
  let attributed = admitting[0]?.grant as Grant
  let required = rank(tool?.required_trust)
  let admin = 0
  for (const { grant, rule } of admitting.filter(({ grant }) => gives(grant))) {
    if (rank(grant.max_trust) > admin) attributed = grant
    admin = Math.max(admin, rank(grant.max_trust))
    if (rank(rule?.required_trust) > required) {
      required = rank(rule?.required_trust)
      attributed = grant
    }
  }
  const known = {
    policyVersion: versionOf(attributed),
    matchedGrant: attributed.name,
    matchedSession,
    ...written,
    requiredTrust: name(required),
    requiredSideEffect: sideEffect,
    riskLevel: isTool ? riskOf(tool) : undefined,
  } as const
  if (isTool && sideEffect === undefined) return deny(403, 'tool_side_effect_unknown', known)
  if (admin === 0) return deny(403, 'side_effect_not_allowed', known)

  const consented = session && request.session ? rank(session.consented_trust) : admin
  const effective = Math.min(admin, consented)
  const weighed = {
    ...known,
    adminTrust: name(admin),
    consentedTrust: name(consented),
    effectiveTrust: name(effective),
  }
  return effective < required ? deny(403, 'trust_too_low', weighed) : pass(weighed)
}

/** Exact names first, then by length. */
const specificity = (pattern: string, v2: boolean): number =>
  v2 && pattern.endsWith('*') ? pattern.length : 1e9

const isOver = (document: PolicyDocument, session: Session, request: PolicyRequest, now: number): boolean => {
  const expiry = session.expires_at ? Date.parse(session.expires_at) : Number.POSITIVE_INFINITY
  if (!(now < expiry)) return true
  if (document.schema_version !== 'v2') return false
  const { max_lifetime: life, idle_timeout: idle } = document.session ?? {}
  if (life && !(session.issued_at && now < Date.parse(session.issued_at) + hours(life))) return true
  return Boolean(idle && !(request.sessionSeenAt !== undefined && now - request.sessionSeenAt < hours(idle)))
}
