import type { Grant, PolicyDocument, PolicyRequest, Rule as PolicyRule, Session } from '@mcp-sentinel/policy'
import { applyEdits, type Remedy } from '@mcp-sentinel/policy/explain'
import { idOf, keyOf, subjectText } from '../governed/governed.ts'
import { emptyGrant, type GrantDraft } from '../grants/grant-draft.ts'
import type { Rule } from '../rules-editor/rules-text.ts'
import type { SessionDraft } from '../sessions/session-draft.ts'

/** A grant as the policy of its server would have it. */
const grantIn = (document: PolicyDocument, draft: GrantDraft): Grant => ({
  name: draft.name || 'draft',
  namespace: keyOf(draft.server).namespace,
  ...given({
    human_id: draft.humanID.trim(),
    agent_id: draft.agentID.trim(),
    // A team that is left open is the server's.
    team_id: draft.teamID.trim() || document.server.team_id,
    not_before: draft.notBefore,
    not_after: draft.notAfter,
  }),
  max_trust: draft.maxTrust,
  allowed_side_effects: draft.allowedSideEffects,
  disabled: draft.disabled,
  tool_rules: draft.toolRules.map(policyRule),
  resource_rules: draft.resourceRules.map(policyRule),
  prompt_rules: draft.promptRules.map(policyRule),
})

/** The policy as it would be with a draft in it, in the place of the grant of its name. */
export const withDraft = (document: PolicyDocument, draft: GrantDraft): PolicyDocument => {
  const drafted = grantIn(document, draft)
  const others = (document.grants ?? []).filter(({ name }) => name !== drafted.name)
  const isForSomebody = Boolean(drafted.human_id || drafted.agent_id || drafted.team_id)
  return { ...document, grants: isForSomebody ? [...others, drafted] : others }
}

const given = <T extends Readonly<Record<string, string | undefined>>>(members: T): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value)) as Partial<T>

const policyRule = ({ requiredTrust, ...rule }: Rule): PolicyRule =>
  ({ ...rule, ...(requiredTrust === undefined ? {} : { required_trust: requiredTrust }) }) as PolicyRule

const plainRule = ({ decision = 'allow', required_trust, ...rule }: PolicyRule): Rule =>
  ({
    ...rule,
    decision,
    // What every rule has that asks for nothing.
    ...(required_trust === undefined || required_trust === 'low' ? {} : { requiredTrust: required_trust }),
  }) as Rule

/** Where a remedy is put into practice: a form to fill in, or a page with the switch. */
export type Practice =
  | { readonly to: 'grant'; readonly id: string | undefined; readonly draft: Partial<GrantDraft> }
  | { readonly to: 'session'; readonly id: string | undefined; readonly draft: Partial<SessionDraft> }
  | { readonly to: 'server' }

/** The first of its changes that is somebody's to make here; undefined where only the call has to be another. */
export const practiceOf = (
  document: PolicyDocument,
  request: PolicyRequest,
  { edits }: Remedy,
): Practice | undefined => {
  const edit = edits.find((one) => one.in === 'document')
  if (edit === undefined) return undefined
  const edited = applyEdits(document, request, edits).document
  const server = idOf({ namespace: document.server.namespace ?? '', name: document.server.name })
  const [list, position] = edit.path
  if (list !== 'grants' && list !== 'sessions') return { to: 'server' }
  const index = typeof position === 'number' ? position : (document[list]?.length ?? 0)
  const before = document[list]?.[index]
  const touched = edits.flatMap(({ path }) =>
    path[0] === list && path[1] === index ? [String(path[2])] : [],
  )
  if (list === 'grants') {
    const grant = edited.grants?.[index]
    if (grant === undefined) return undefined
    return before === undefined
      ? { to: 'grant', id: undefined, draft: newGrant(grant, server, request) }
      : { to: 'grant', id: idIn(server, before), draft: grantChanges(grant, touched) }
  }
  const session = edited.sessions?.[index]
  if (session === undefined) return undefined
  return before === undefined
    ? { to: 'session', id: undefined, draft: { ...subjectOf(session), server, ...sessionChanges(session) } }
    : { to: 'session', id: idIn(server, before), draft: sessionChanges(session, touched) }
}

const idIn = (server: string, { name, namespace }: Grant | Session): string =>
  idOf({ namespace: namespace || keyOf(server).namespace, name })

const subjectOf = ({ human_id, agent_id, team_id }: Grant | Session) => ({
  humanID: human_id ?? '',
  agentID: agent_id ?? '',
  teamID: team_id ?? '',
})

const newGrant = (grant: Grant, server: string, { target = '' }: PolicyRequest): GrantDraft => ({
  ...emptyGrant,
  ...subjectOf(grant),
  ...grantChanges(grant, Object.keys(grant)),
  server,
  name: nameFor(subjectText(subjectOf(grant)).split(/[ @]/)[0] ?? '', target),
})

/** As Kubernetes takes names. */
const nameFor = (...words: readonly string[]): string =>
  words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)

const grantChanges = (grant: Grant, touched: readonly string[]): Partial<GrantDraft> => {
  const all: Readonly<Record<string, Partial<GrantDraft>>> = {
    max_trust: { maxTrust: grant.max_trust ?? 'low' },
    allowed_side_effects: { allowedSideEffects: grant.allowed_side_effects ?? [] },
    disabled: { disabled: grant.disabled ?? false },
    not_before: { notBefore: grant.not_before ?? '' },
    not_after: { notAfter: grant.not_after ?? '' },
    tool_rules: { toolRules: (grant.tool_rules ?? []).map(plainRule) },
    resource_rules: { resourceRules: (grant.resource_rules ?? []).map(plainRule) },
    prompt_rules: { promptRules: (grant.prompt_rules ?? []).map(plainRule) },
  }
  return Object.assign({}, ...touched.map((member) => all[member] ?? {}))
}

const sessionChanges = (
  session: Session,
  touched: readonly string[] = ['consented_trust', 'expires_at'],
): Partial<SessionDraft> => ({
  ...(touched.includes('consented_trust') ? { consentedTrust: session.consented_trust ?? 'low' } : {}),
  ...(touched.includes('expires_at') ? { expiresAt: session.expires_at ?? '' } : {}),
})
