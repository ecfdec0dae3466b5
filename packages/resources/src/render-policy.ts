import type { Grant, PolicyDocument, Session } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import type { RenderedReason, Verdict } from './conditions.ts'
import type { MCPAccessGrant } from './kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from './kinds/mcp-agent-session.ts'
import type { MCPServer } from './kinds/mcp-server.ts'
import { defaultNamespace } from './kinds/metadata.ts'
import type { Kind, Resource } from './parse.ts'
import { accessFaults } from './reading/access-faults.ts'
import { policyFaults } from './reading/policy-faults.ts'
import { bytesOf, entryBytes, textOf } from './render/bytes.ts'
import { denies, deniesAlone } from './render/denies-alone.ts'
import { baseOf, grantOf, sessionOf } from './render/entries.ts'
import { durationMillis, millisOf } from './render/instants.ts'

export interface RenderOptions {
  /** Where the server runs; for the records of its gateway. */
  readonly cluster?: string | undefined
  /** Of the text; a ConfigMap holds 1 MiB with all that belongs to it. */
  readonly bytesMax?: number | undefined
}

/** What is to be said of one object, in its status. */
export interface Finding {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  readonly generation: number | undefined
  readonly verdict: Verdict & { readonly type: 'Rendered'; readonly reason: RenderedReason }
}

export interface RenderedPolicy {
  readonly document: PolicyDocument
  /** The document as it goes into a file or a ConfigMap: equal resources give equal bytes. */
  readonly text: string
  /** Of the server, and of every grant and session that speaks of it. */
  readonly findings: readonly Finding[]
}

/** How long a session that is over is kept: who presents it is told that it expired, not that it is unknown. */
export const endedKeptMs = 3_600_000

/**
 * The policy of one server: what its own namespace grants on it. Nothing an object holds stops the others from being
 * rendered; each object that is not is told why. Where what denies cannot be rendered, the server is shut.
 */
export const renderPolicy = (
  server: MCPServer,
  grants: readonly MCPAccessGrant[],
  sessions: readonly MCPAgentSession[],
  now: number,
  options: RenderOptions = {},
): RenderedPolicy => {
  const { cluster, bytesMax = 900_000 } = options
  const serverFaults = policyFaults(server)
  if (serverFaults[0] !== undefined) {
    const { pointer, message } = serverFaults[0]
    return shut(server, cluster, 'Invalid', `${pointer}: ${message}: every call is refused`)
  }
  const base = baseOf(server, cluster)
  const lifetimeMs = base.session?.max_lifetime ? durationMillis(base.session.max_lifetime) : undefined
  const entries = [
    ...grants.map((grant) => grantEntry(server, grant)),
    ...sessions.map((session) => sessionEntry(server, session, now, lifetimeMs)),
  ]
    .filter((entry) => entry !== undefined)
    .sort((a, b) => a.rank - b.rank || byName(a.finding, b.finding))

  let bytesLeft = bytesMax - bytesOf(textOf(finished({ ...base, grants: [], sessions: [] })))
  const fitting: Rendered[] = []
  const findings: Finding[] = []
  for (const { content, rank, finding } of entries) {
    const bytes = content === undefined ? 0 : entryBytes(content.entry)
    if (bytes <= bytesLeft) {
      bytesLeft -= bytes
      if (content !== undefined) fitting.push(content)
      findings.push(finding)
      continue
    }
    if (rank === ranks.denying) break
    findings.push(saying(finding, 'TooLarge', `the policy of this server is full: ${bytesMax} bytes at most`))
  }
  const isShut = bytesLeft < 0 || findings.length < entries.length
  if (isShut) return shut(server, cluster, 'TooLarge', `more than ${bytesMax} bytes: every call is refused`)

  const document = finished({
    ...base,
    grants: fitting.flatMap((one) => (one.kind === 'grant' ? [one.entry] : [])).sort(byName),
    sessions: fitting.flatMap((one) => (one.kind === 'session' ? [one.entry] : [])).sort(byName),
  })
  const ofServer = saying(findingOf(server), 'Rendered', 'in the policy')
  return { document, text: textOf(document), findings: [ofServer, ...findings.sort(byKindAndName)] }
}

type Rendered =
  | { readonly kind: 'grant'; readonly entry: Grant }
  | { readonly kind: 'session'; readonly entry: Session }

interface Entry {
  readonly content: Rendered | undefined
  readonly rank: number
  readonly finding: Finding
}

/** What goes into the policy first when not all of it fits: whatever takes away, before whatever gives. */
const ranks = { denying: 0, revoked: 1, live: 2, granting: 3, idle: 4 } as const

const grantEntry = (server: MCPServer, grant: MCPAccessGrant): Entry | undefined => {
  const finding = findingOf(grant)
  const place = placeOf(server, grant)
  if (place !== 'own') return outside(place, finding)
  const teamID = server.spec.teamID
  const rank = grant.spec.disabled ? ranks.idle : denies(grant) ? ranks.denying : ranks.granting
  const fault = faultOf(grant)
  if (fault === undefined) {
    const admitsNothing = (grant.spec.allowedSideEffects ?? []).length === 0
    return {
      content: { kind: 'grant', entry: grantOf(grant, teamID) },
      rank,
      finding: admitsNothing
        ? saying(finding, 'AdmitsNothing', 'lists no allowedSideEffects, so it lets nobody call a tool')
        : saying(finding, 'Rendered', 'in the policy'),
    }
  }
  const rest = deniesAlone(grant)
  const isKept = denies(grant) && faultOf(rest) === undefined
  return {
    content: isKept ? { kind: 'grant', entry: grantOf(rest, teamID) } : undefined,
    rank,
    finding: saying(finding, 'Invalid', isKept ? `${fault}; only its rules that deny are in force` : fault),
  }
}

const sessionEntry = (
  server: MCPServer,
  session: MCPAgentSession,
  now: number,
  lifetimeMs: number | undefined,
): Entry | undefined => {
  const finding = findingOf(session)
  const place = placeOf(server, session)
  if (place !== 'own') return outside(place, finding)
  const fault = faultOf(session)
  if (fault !== undefined) {
    return { content: undefined, rank: ranks.idle, finding: saying(finding, 'Invalid', fault) }
  }
  const entry = sessionOf(session, server.spec.teamID)
  const issuedAt = millisOf(entry.issued_at)
  const endsAt = Math.min(
    millisOf(entry.expires_at) ?? Number.POSITIVE_INFINITY,
    lifetimeMs === undefined || issuedAt === undefined ? Number.POSITIVE_INFINITY : issuedAt + lifetimeMs,
  )
  if (now >= endsAt + endedKeptMs) {
    return { content: undefined, rank: ranks.idle, finding: saying(finding, 'Ended', 'is over and left out') }
  }
  const isAgeless = lifetimeMs !== undefined && issuedAt === undefined
  return {
    content: { kind: 'session', entry },
    rank: entry.revoked ? ranks.revoked : now >= endsAt ? ranks.idle : ranks.live,
    finding: isAgeless
      ? saying(finding, 'AgeUnknown', 'counts as expired: the server sets maxLifetime, so give issuedAt')
      : saying(finding, 'Rendered', 'in the policy'),
  }
}

type Place = 'own' | 'foreign' | 'elsewhere'

const placeOf = (server: MCPServer, { metadata, spec }: MCPAccessGrant | MCPAgentSession): Place => {
  const [home, own] = [namespaceOf(server), metadata.namespace ?? defaultNamespace]
  const meant = spec.serverRef.namespace ?? own
  if (spec.serverRef.name !== server.metadata.name || meant !== home) return 'elsewhere'
  return own === home ? 'own' : 'foreign'
}

const outside = (place: Place, finding: Finding): Entry | undefined =>
  place === 'elsewhere'
    ? undefined
    : {
        content: undefined,
        rank: ranks.idle,
        finding: saying(
          finding,
          'ForeignServer',
          'refers to a server of another namespace, which is not heeded',
        ),
      }

const faultOf = (resource: MCPAccessGrant | MCPAgentSession): string | undefined => {
  const [fault] = [...accessFaults(resource.spec), ...policyFaults(resource)]
  return fault && `${fault.pointer}: ${fault.message}`
}

/** A policy under which every call is refused, in `observe` too. */
const shut = (
  server: MCPServer,
  cluster: string | undefined,
  reason: RenderedReason,
  message: string,
): RenderedPolicy => {
  const { name, namespace } = findingOf(server)
  const document = finished({
    schema_version: 'v2',
    server: { name, namespace, ...(cluster === undefined ? {} : { cluster }), disabled: true },
  })
  return { document, text: textOf(document), findings: [saying(findingOf(server), reason, message)] }
}

const finished = ({ schema_version, ...content }: PolicyDocument): PolicyDocument => ({
  schema_version,
  revision: revisionOf({ schema_version, ...content }),
  ...content,
})

const namespaceOf = ({ metadata }: Resource): string => metadata.namespace ?? defaultNamespace

const findingOf = (resource: Resource): Finding => ({
  kind: resource.kind,
  namespace: namespaceOf(resource),
  name: resource.metadata.name,
  generation: resource.metadata.generation,
  verdict: { type: 'Rendered', status: 'True', reason: 'Rendered', message: '' },
})

const saying = (finding: Finding, reason: RenderedReason, message: string): Finding => ({
  ...finding,
  verdict: {
    type: 'Rendered',
    status: reason === 'Rendered' || reason === 'AdmitsNothing' ? 'True' : 'False',
    reason,
    message,
  },
})

interface Named {
  readonly namespace?: string | undefined
  readonly name: string
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
/** Names of objects are ASCII, so code units have the order of bytes. */
const byName = (a: Named, b: Named): number =>
  compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name)
const byKindAndName = (a: Finding, b: Finding): number => compare(a.kind, b.kind) || byName(a, b)
