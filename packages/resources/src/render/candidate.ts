import type { Grant, Session } from '@mcp-sentinel/policy'
import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from '../kinds/mcp-agent-session.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'
import { denies, deniesAlone } from './denies-alone.ts'
import { grantOf, sessionOf } from './entries.ts'
import { type Finding, finding, namespaceOf } from './finding.ts'
import { durationMillis, earliest, millisOf } from './instants.ts'
import { raises } from './raises.ts'

/** An object that speaks of the server: what it would add to the policy, and what is to be said of it. */
export interface Candidate {
  readonly content:
    | { readonly kind: 'grant'; readonly entry: Grant }
    | { readonly kind: 'session'; readonly entry: Session }
    | undefined
  readonly rank: number
  readonly finding: Finding
}

/** What goes into the policy first when not all of it fits: whatever takes away, before whatever gives. */
export const ranks = { denying: 0, revoked: 1, live: 2, granting: 3, idle: 4 } as const

/** How long a session that is over is kept: who presents it is told that it expired, not that it is unknown. */
export const endedKeptMs = 3_600_000

type FaultOf = (resource: MCPAccessGrant | MCPAgentSession) => string | undefined

/** Whether an object governs the server: it must refer to it, and live where it lives. */
export const placeOf = (
  server: MCPServer,
  resource: MCPAccessGrant | MCPAgentSession,
): 'own' | 'foreign' | 'elsewhere' => {
  const { serverRef } = resource.spec
  const [home, own] = [namespaceOf(server), namespaceOf(resource)]
  if (serverRef.name !== server.metadata.name || (serverRef.namespace ?? own) !== home) return 'elsewhere'
  return own === home ? 'own' : 'foreign'
}

export const foreign = (resource: MCPAccessGrant | MCPAgentSession): Candidate => ({
  content: undefined,
  rank: ranks.idle,
  finding: finding(resource, 'ForeignServer', 'refers to a server of another namespace, which is not heeded'),
})

export const grantCandidate = (server: MCPServer, grant: MCPAccessGrant, faultOf: FaultOf): Candidate => {
  const teamID = server.spec.teamID
  const takesAway = denies(grant) || raises(server, grant)
  const rank = grant.spec.disabled ? ranks.idle : takesAway ? ranks.denying : ranks.granting
  const fault = faultOf(grant)
  if (fault === undefined) {
    const admitsNothing = (grant.spec.allowedSideEffects ?? []).length === 0
    return {
      content: { kind: 'grant', entry: grantOf(grant, teamID) },
      rank,
      finding: admitsNothing
        ? finding(grant, 'AdmitsNothing', 'lists no allowedSideEffects, so it lets nobody call a tool')
        : finding(grant, 'Rendered', 'in the policy'),
    }
  }
  const rest = deniesAlone(grant)
  const isKept = denies(grant) && faultOf(rest) === undefined
  return {
    content: isKept ? { kind: 'grant', entry: grantOf(rest, teamID) } : undefined,
    rank,
    finding: finding(grant, 'Invalid', isKept ? `${fault}; only its rules that deny are in force` : fault),
  }
}

/** Whether a session is over for so long that the policy does without it, whatever else it says. */
export const isEnded = (server: MCPServer, { metadata, spec }: MCPAgentSession, now: number): boolean =>
  now >=
  endOf(server, spec.expiresAt, earliest(spec.issuedAt, metadata.creationTimestamp ?? undefined)) +
    endedKeptMs

export const ended = (session: MCPAgentSession): Finding => finding(session, 'Ended', 'is over and left out')

const endOf = ({ spec }: MCPServer, expiresAt: string | undefined, issuedAt: string | undefined): number => {
  const maxLifetime = spec.session?.maxLifetime
  const began = maxLifetime ? millisOf(issuedAt) : undefined
  return Math.min(
    millisOf(expiresAt) ?? Number.POSITIVE_INFINITY,
    maxLifetime && began !== undefined ? began + durationMillis(maxLifetime) : Number.POSITIVE_INFINITY,
  )
}

export const sessionCandidate = (
  server: MCPServer,
  session: MCPAgentSession,
  faultOf: FaultOf,
  now: number,
): Candidate => {
  const fault = faultOf(session)
  const without = { content: undefined, rank: ranks.idle }
  if (fault !== undefined) return { ...without, finding: finding(session, 'Invalid', fault) }

  const entry = sessionOf(session, server.spec.teamID)
  const endsAt = endOf(server, entry.expires_at, entry.issued_at)
  const isAgeless = server.spec.session?.maxLifetime && millisOf(entry.issued_at) === undefined
  return {
    content: { kind: 'session', entry },
    rank: entry.revoked ? ranks.revoked : now >= endsAt ? ranks.idle : ranks.live,
    finding: isAgeless
      ? finding(session, 'AgeUnknown', 'counts as expired: the server sets maxLifetime, so give issuedAt')
      : finding(session, 'Rendered', 'in the policy'),
  }
}
