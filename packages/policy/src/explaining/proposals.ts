import { kindOf } from '../method.ts'
import type { Grant, PolicyDocument, PolicyRequest, Rule, Session, SideEffect, Trust } from '../model.ts'
import { covers } from '../pattern.ts'
import { rank } from '../trust.ts'
import { argumentProposals } from './argument-proposals.ts'
import type { Edit } from './edit.ts'
import { append, ask, type Proposal, propose, set } from './proposal.ts'
import type { ConsideredGrant, Trace } from './trace.ts'

const hourMs = 3_600_000

/** What could be changed about a refusal, least first. Each is only a proposal: the search tries it. */
export const proposals = (
  document: PolicyDocument,
  request: PolicyRequest,
  trace: Trace,
  now: number,
): readonly Proposal[] => {
  const decision = trace.decision.wouldBe ?? trace.decision
  const scene: Scene = {
    document,
    request,
    trace,
    now,
    target: request.target ?? '',
    list: ruleListOf(request),
  }
  switch (decision.reason) {
    case 'server_disabled':
      return [propose('enable the server', set(['server', 'disabled'], false))]
    case 'tool_disabled':
      return enableTool(scene)
    case 'missing_identity':
      return document.auth?.mode === 'none'
        ? [propose('let the server identify callers', set(['auth', 'mode'], 'header'))]
        : []
    case 'missing_session':
      return presentSession(scene)
    case 'session_not_found':
      return document.session?.required
        ? presentSession(scene)
        : [propose('call without this session', { in: 'request', op: 'remove', path: ['session'] })]
    case 'session_revoked':
      return sessionEdits(scene, (session, at) => [
        propose(`take back the revocation of session ${session.name}`, set([...at, 'revoked'], false)),
      ])
    case 'session_expired':
      return sessionEdits(scene, renewSession(scene))
    case 'tool_definition_unknown':
    case 'tool_definition_changed':
      return pinDefinition(scene, decision.reason)
    case 'no_matching_grant':
      return [newGrant(scene)]
    case 'tool_denied':
    case 'target_denied':
      return liftDenials(scene)
    case 'argument_not_allowed':
      return meetConditions(scene)
    case 'tool_not_granted':
    case 'target_not_granted':
      return [...widenGrants(scene), newGrant(scene)]
    case 'tool_side_effect_unknown':
      return [declareSideEffect(scene)]
    case 'side_effect_not_allowed':
      return grantsThat(scene, 'side-effect-not-listed').map(({ index, grant }) =>
        propose(
          `add ${decision.requiredSideEffect} to allowed_side_effects of grant ${grant.name}`,
          append(['grants', index, 'allowed_side_effects'], decision.requiredSideEffect),
        ),
      )
    case 'trust_too_low':
      return raiseTrust(scene, decision.requiredTrust as Trust, decision.consentedTrust as Trust)
    default:
      return []
  }
}

type RuleList = 'tool_rules' | 'resource_rules' | 'prompt_rules'

interface Scene {
  readonly document: PolicyDocument
  readonly request: PolicyRequest
  readonly trace: Trace
  readonly now: number
  readonly target: string
  /** Where the rules for this kind of target stand; undefined where no rule names it. */
  readonly list: RuleList | undefined
}

const ruleListOf = ({ method, target, refType }: PolicyRequest): RuleList | undefined => {
  switch (kindOf(method)) {
    case 'tools':
      return 'tool_rules'
    case 'prompts':
      return 'prompt_rules'
    case 'completion':
      return refType === 'ref/prompt' ? 'prompt_rules' : 'resource_rules'
    case 'resources':
      return 'resource_rules'
    case 'subscriptions':
      return target ? 'resource_rules' : undefined
    default:
      return undefined
  }
}

const grantsThat = (
  { trace }: Scene,
  ...outcomes: ConsideredGrant['outcome'][]
): readonly ConsideredGrant[] => trace.grants.filter(({ outcome }) => outcomes.includes(outcome))

const toolOf = ({ document, target }: Scene) => {
  const index = document.tools?.findIndex(({ name }) => name === target) ?? -1
  return { index, tool: document.tools?.[index] }
}

const enableTool = ({ document, target }: Scene): readonly Proposal[] => {
  const names = document.policy?.disabled_tools ?? []
  const index = names.findIndex((name) => covers(name, target, true))
  return [
    propose(`take ${names[index]} off policy.disabled_tools`, {
      in: 'document',
      op: 'remove',
      path: ['policy', 'disabled_tools', index],
    }),
  ]
}

const isoOf = (instant: number): string => new Date(instant).toISOString()
const canBeWritten = (instant: number): boolean => Math.abs(instant) < 8.64e15 - hourMs

/** A live session of the caller, the most trusting first; else a new one that consents to what the tool asks. */
const presentSession = (scene: Scene): readonly Proposal[] => {
  const { document, request } = scene
  const present = (name: string) => ask(['session'], name)
  const live = [...(document.sessions ?? [])]
    .filter(({ revoked }) => !revoked)
    .sort((a, b) => rank(b.consented_trust) - rank(a.consented_trust))
    .slice(0, 4)
    .map(({ name }) => propose(`present session ${name}`, present(name)))
  const name = freshName(document.sessions, 'new-session')
  const session = { name, ...subjectOf(request), consented_trust: requiredTrust(scene), ...issuedNow(scene) }
  const says = `open a session that consents to ${session.consented_trust}, and present it`
  return [...live, propose(says, append(['sessions'], session), present(name), ...seenNow(scene))]
}

const issuedNow = ({ document, now }: Scene) =>
  document.schema_version === 'v2' && canBeWritten(now) ? { issued_at: isoOf(now) } : {}

const seenNow = ({ document, now }: Scene): Edit[] =>
  document.schema_version === 'v2' && document.session?.idle_timeout ? [ask(['sessionSeenAt'], now)] : []

const sessionEdits = (
  { document, request }: Scene,
  edits: (session: Session, at: readonly (string | number)[]) => readonly Proposal[],
): readonly Proposal[] => {
  const index = document.sessions?.findIndex(({ name }) => name === request.session) ?? -1
  const session = document.sessions?.[index]
  return session === undefined ? [] : edits(session, ['sessions', index])
}

const renewSession =
  ({ document, now }: Scene) =>
  (session: Session, at: readonly (string | number)[]): readonly Proposal[] => {
    if (!canBeWritten(now)) return []
    const later = isoOf(now + hourMs)
    const renewed: Proposal[] = []
    if (session.expires_at)
      renewed.push(
        propose(
          `let session ${session.name} expire later than ${isoOf(now)}`,
          set([...at, 'expires_at'], later),
        ),
      )
    if (document.session?.max_lifetime) {
      renewed.push(
        propose(
          `issue session ${session.name} anew: it is older than max_lifetime allows`,
          set([...at, 'issued_at'], isoOf(now)),
        ),
      )
    }
    if (document.session?.idle_timeout) {
      renewed.push(propose(`use session ${session.name} within idle_timeout`, ask(['sessionSeenAt'], now)))
    }
    return renewed
  }

const pinDefinition = (scene: Scene, reason: string): readonly Proposal[] => {
  const { index, tool } = toolOf(scene)
  const { definitionDigest } = scene.request
  return reason === 'tool_definition_unknown'
    ? [
        propose(
          'let the gateway see the definition that was pinned',
          ask(['definitionDigest'], tool?.definition_digest),
        ),
      ]
    : [
        propose(
          `pin the definition of ${scene.target} as it is now`,
          set(['tools', index, 'definition_digest'], definitionDigest),
        ),
      ]
}

const subjectOf = ({ human, agent, team }: PolicyRequest) => ({
  ...(human ? { human_id: human } : {}),
  ...(agent ? { agent_id: agent } : {}),
  ...(team ? { team_id: team } : {}),
})

const requiredTrust = (scene: Scene): Trust =>
  (scene.list === 'tool_rules' ? toolOf(scene).tool?.required_trust : undefined) ?? 'low'

const freshName = (taken: readonly { readonly name: string }[] = [], base: string): string => {
  let name = base
  for (let n = 2; taken.some((one) => one.name === name); n++) name = `${base}-${n}`
  return name
}

/** The least that lets this caller make this call. */
const newGrant = (scene: Scene): Proposal => {
  const { document, request, target, list } = scene
  const max_trust = requiredTrust(scene)
  // Of a tool that nobody has described the search says next what it may do.
  const sideEffect = (list === 'tool_rules' ? toolOf(scene).tool?.side_effect : undefined) ?? 'read'
  const grant = {
    name: freshName(document.grants, 'new-grant'),
    ...subjectOf(request),
    max_trust,
    allowed_side_effects: [sideEffect],
    ...(list ? { [list]: [{ name: target, decision: 'allow' }] } : {}),
  }
  return propose(
    `grant this caller ${target || request.method}: ${sideEffect} with trust ${max_trust}`,
    append(['grants'], grant),
  )
}

const rulesOf = ({ document, list }: Scene, index: number): readonly Rule[] =>
  (list === undefined ? undefined : document.grants?.[index]?.[list]) ?? []

/** A denial goes by what it is about: an argument that can be another, a rule that can allow, or a pattern to drop. */
const liftDenials = (scene: Scene): readonly Proposal[] =>
  grantsThat(scene, 'denies').flatMap(({ index, grant, ruleIndex, pointer }) => {
    const rules = rulesOf(scene, index)
    const rule = rules[ruleIndex as number] as Rule
    const at = ['grants', index, scene.list as string, ruleIndex as number]
    const lifted: Proposal[] = []
    for (const condition of rule.when ?? [])
      lifted.push(...argumentProposals(scene.request, condition, false))
    if (pointer !== undefined && lifted.length > 0) return lifted
    if (rule.name === scene.target) {
      lifted.push(
        propose(`let rule ${rule.name} of grant ${grant.name} allow`, set([...at, 'decision'], 'allow')),
      )
    } else if (rules.length > 1) {
      const says = `drop the denial ${rule.name} from grant ${grant.name}`
      lifted.push(propose(says, { in: 'document', op: 'remove', path: at }))
    }
    // A list that loses its last rule would allow every tool, so the grant goes in its place.
    lifted.push(propose(`disable grant ${grant.name}`, set(['grants', index, 'disabled'], true)))
    return lifted
  })

const meetConditions = (scene: Scene): readonly Proposal[] =>
  grantsThat(scene, 'condition-not-met').flatMap(({ index, ruleIndex, pointer }) => {
    const rule = rulesOf(scene, index)[ruleIndex as number] as Rule
    return (rule.when ?? [])
      .filter((one) => one.pointer === pointer)
      .flatMap((one) => argumentProposals(scene.request, one, true))
  })

/** A grant that speaks of the caller but does not name the target, or is asleep. */
const widenGrants = (scene: Scene): readonly Proposal[] => {
  const { document, target, list, now } = scene
  const wanted = list === 'tool_rules' ? toolOf(scene).tool?.side_effect : 'read'
  const fits = (grant: Grant | undefined): number =>
    Number(grant?.allowed_side_effects?.includes(wanted as SideEffect) ?? false)
  const considered = [...scene.trace.grants].sort(
    (a, b) => fits(document.grants?.[b.index]) - fits(document.grants?.[a.index]),
  )
  return considered.slice(0, 8).flatMap(({ index, grant, outcome, ruleIndex }) => {
    if (outcome === 'disabled')
      return [propose(`enable grant ${grant.name}`, set(['grants', index, 'disabled'], false))]
    if (outcome === 'names-not' && ruleIndex === undefined && list !== undefined) {
      const says = `allow ${target} in grant ${grant.name}`
      return [propose(says, append(['grants', index, list], { name: target, decision: 'allow' }))]
    }
    if (!canBeWritten(now)) return []
    if (outcome === 'no-longer-valid') {
      return [
        propose(
          `let grant ${grant.name} last longer than ${isoOf(now)}`,
          set(['grants', index, 'not_after'], isoOf(now + hourMs)),
        ),
      ]
    }
    if (outcome === 'not-yet-valid') {
      return [
        propose(
          `let grant ${grant.name} begin by ${isoOf(now)}`,
          set(['grants', index, 'not_before'], isoOf(now)),
        ),
      ]
    }
    return []
  })
}

/** Nobody but the server's owner knows what a tool does; the strongest class that is granted claims the least safety. */
const declareSideEffect = (scene: Scene): Proposal => {
  const listed = grantsThat(scene, 'side-effect-not-listed', 'admits').flatMap(
    ({ index }) => scene.document.grants?.[index]?.allowed_side_effects ?? [],
  )
  const side_effect =
    (['destructive', 'write', 'read'] as const).find((one) => listed.includes(one)) ?? 'read'
  const { index, tool } = toolOf(scene)
  const says = `declare in tools what ${scene.target} does, for instance side_effect: ${side_effect}`
  return tool === undefined
    ? propose(says, append(['tools'], { name: scene.target, side_effect }))
    : propose(says, set(['tools', index, 'side_effect'], side_effect))
}

const raiseTrust = (scene: Scene, required: Trust, consented: Trust): readonly Proposal[] => {
  const consent =
    rank(consented) < rank(required)
      ? sessionEdits(scene, (session, at) => [
          propose(
            `consent to ${required} in session ${session.name}`,
            set([...at, 'consented_trust'], required),
          ),
        ])
      : []
  const ceilings = grantsThat(scene, 'admits')
    .filter(({ index }) => rank(scene.document.grants?.[index]?.max_trust) < rank(required))
    .map(({ index, grant }) =>
      propose(
        `raise max_trust of grant ${grant.name} to ${required}`,
        set(['grants', index, 'max_trust'], required),
      ),
    )
  return [...consent, ...ceilings]
}
