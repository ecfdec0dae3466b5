import type { Grant, PolicyDocument, Rule, Session } from '@mcp-sentinel/policy'
import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from '../kinds/mcp-agent-session.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'
import { defaultNamespace } from '../kinds/metadata.ts'
import { earliest } from './instants.ts'

type Base = Omit<PolicyDocument, 'grants' | 'sessions' | 'revision'>

/** A document of a server alone: nobody is granted anything yet. */
export const baseOf = (server: MCPServer, cluster?: string): Base => {
  const { spec, metadata } = server
  return {
    schema_version: 'v2',
    server: {
      name: metadata.name,
      namespace: metadata.namespace ?? defaultNamespace,
      ...given({ team_id: spec.teamID, cluster, disabled: spec.disabled || undefined }),
    },
    auth: authOf(spec),
    policy: {
      mode: spec.policy?.mode ?? 'allow-list',
      default_decision: spec.policy?.defaultDecision ?? 'deny',
      policy_version: spec.policy?.policyVersion ?? 'v1',
      // As the manifests of v1 mean it; `all` is for whoever writes it.
      governs: spec.policy?.governs ?? ['tools'],
      ...given({
        disabled_tools: spec.policy?.disabledTools,
        listing: spec.policy?.listing,
        denial: spec.policy?.denial,
      }),
    },
    session: {
      required: spec.session?.required ?? false,
      // Enforced, other than in v1, and so never set where nobody asked for it.
      ...given({ max_lifetime: spec.session?.maxLifetime, idle_timeout: spec.session?.idleTimeout }),
      upstream_token_header: spec.session?.upstreamTokenHeader ?? 'Authorization',
    },
    tools: (spec.tools ?? []).map((tool) => ({
      name: tool.name,
      ...given({ description: tool.description }),
      required_trust: tool.requiredTrust ?? 'low',
      side_effect: tool.sideEffect,
      ...given({
        risk_level: tool.riskLevel,
        labels: tool.labels && Object.fromEntries(Object.entries(tool.labels).sort()),
        definition_digest: tool.definitionDigest,
      }),
    })),
  }
}

const authOf = ({ auth, session }: MCPServer['spec']): NonNullable<PolicyDocument['auth']> => ({
  mode: auth?.mode ?? 'header',
  human_id_header: auth?.humanIDHeader ?? 'X-MCP-Human-ID',
  agent_id_header: auth?.agentIDHeader ?? 'X-MCP-Agent-ID',
  team_id_header: auth?.teamIDHeader ?? 'X-MCP-Team-ID',
  session_id_header: auth?.sessionIDHeader ?? session?.headerName ?? 'X-MCP-Agent-Session',
  token_header: auth?.tokenHeader ?? 'Authorization',
  ...given({ issuer_url: auth?.issuerURL, audience: auth?.audience }),
})

/** `teamID` is the server's: it stands in for a team that the subject leaves open. */
export const grantOf = ({ metadata, spec }: MCPAccessGrant, teamID?: string): Grant => ({
  name: metadata.name,
  namespace: metadata.namespace ?? defaultNamespace,
  ...subjectOf(spec.subject, teamID),
  max_trust: spec.maxTrust ?? 'low',
  allowed_side_effects: spec.allowedSideEffects ?? [],
  ...given({
    policy_version: spec.policyVersion,
    disabled: spec.disabled || undefined,
    not_before: spec.notBefore,
    not_after: spec.notAfter,
    tool_rules: spec.toolRules?.map((rule) => ({
      ...ruleOf(rule),
      ...given({ when: rule.when as Rule['when'], record: rule.record as Rule['record'] }),
    })),
    resource_rules: spec.resourceRules?.map(ruleOf),
    prompt_rules: spec.promptRules?.map(ruleOf),
  }),
})

type SpecRule = Pick<
  NonNullable<MCPAccessGrant['spec']['toolRules']>[number],
  'name' | 'decision' | 'requiredTrust' | 'audit'
>

const ruleOf = ({ name, decision, requiredTrust, audit }: SpecRule): Rule => ({
  name,
  decision: decision ?? 'allow',
  required_trust: requiredTrust ?? 'low',
  ...given({ audit }),
})

export const sessionOf = ({ metadata, spec }: MCPAgentSession, teamID?: string): Session => {
  const { upstreamTokenSecretRef: token } = spec
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? defaultNamespace,
    ...subjectOf(spec.subject, teamID),
    consented_trust: spec.consentedTrust ?? 'low',
    revoked: spec.revoked ?? false,
    ...given({
      expires_at: spec.expiresAt,
      // The earlier one: nobody makes a session younger by what they write into it.
      issued_at: earliest(spec.issuedAt, metadata.creationTimestamp ?? undefined),
      policy_version: spec.policyVersion,
      upstream_token_ref: token && `${token.name}/${token.key}`,
    }),
  }
}

const subjectOf = (subject: MCPAccessGrant['spec']['subject'], teamID: string | undefined) =>
  given({
    human_id: subject.humanID || undefined,
    agent_id: subject.agentID || undefined,
    team_id: subject.teamID || teamID || undefined,
  })

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what is undefined: JSON would leave it out, and so must the bytes that are digested. */
const given = <T extends object>(members: T): Given<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>
