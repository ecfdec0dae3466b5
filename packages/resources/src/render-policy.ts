import { parsePolicy } from '@mcp-sentinel/policy/schema'
import type { MCPAccessGrant } from './kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from './kinds/mcp-agent-session.ts'
import type { MCPServer } from './kinds/mcp-server.ts'
import { accessFaults } from './reading/access-faults.ts'
import { policyFaults } from './reading/policy-faults.ts'
import { bytesOf, entryBytes, textOf } from './render/bytes.ts'
import {
  type Candidate,
  ended,
  foreign,
  grantCandidate,
  isEnded,
  placeOf,
  ranks,
  sessionCandidate,
} from './render/candidate.ts'
import { baseOf, grantOf, sessionOf } from './render/entries.ts'
import { byKindAndName, byName, finding, verdictOf } from './render/finding.ts'
import { finished, type RenderedPolicy, shutPolicy } from './render/finished.ts'

export interface RenderOptions {
  /** Where the server runs; for the records of its gateway. */
  readonly cluster?: string | undefined
  /** Of the text; a ConfigMap holds 1 MiB with all that belongs to it. */
  readonly bytesMax?: number | undefined
}

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
  const [fault] = policyFaults(server)
  if (fault !== undefined) {
    const { pointer, message } = fault
    return shutPolicy(server, cluster, 'Invalid', `${pointer}: ${message}: every call is refused`)
  }
  const base = baseOf(server, cluster)
  // Nobody takes them away: on a server of some age most sessions are over, and are looked at no further.
  const { over = [], counting = [] } = Object.groupBy(sessions, (one) =>
    placeOf(server, one) === 'own' && isEnded(server, one, now) ? 'over' : 'counting',
  )
  const candidates = candidatesOf(server, grants, counting, now).sort(
    (a, b) => a.rank - b.rank || byName(a.finding, b.finding),
  )
  const bytesLeft = bytesMax - bytesOf(textOf(finished({ ...base, grants: [], sessions: [] })))
  const { fitting, surplus } = fitted(candidates, bytesLeft)
  if (bytesLeft < 0 || surplus.some(({ rank }) => rank === ranks.denying)) {
    return shutPolicy(server, cluster, 'TooLarge', `more than ${bytesMax} bytes: every call is refused`)
  }
  const full = verdictOf('TooLarge', `the policy of this server is full: ${bytesMax} bytes at most`)
  const document = finished({
    ...base,
    grants: fitting.flatMap(({ content }) => (content?.kind === 'grant' ? [content.entry] : [])).sort(byName),
    sessions: fitting
      .flatMap(({ content }) => (content?.kind === 'session' ? [content.entry] : []))
      .sort(byName),
  })
  const findings = [
    ...fitting.map((candidate) => candidate.finding),
    ...surplus.map((candidate) => ({ ...candidate.finding, verdict: full })),
    ...over.map(ended),
  ].sort(byKindAndName)
  return {
    document,
    text: textOf(document),
    findings: [finding(server, 'Rendered', 'in the policy'), ...findings],
  }
}

const candidatesOf = (
  server: MCPServer,
  grants: readonly MCPAccessGrant[],
  sessions: readonly MCPAgentSession[],
  now: number,
): Candidate[] => {
  const isOwn = (one: MCPAccessGrant | MCPAgentSession) => placeOf(server, one) === 'own'
  const [ownGrants, ownSessions] = [grants.filter(isOwn), sessions.filter(isOwn)]
  // All at once is several times faster than one by one, and mostly there is nothing to be found.
  const isSound = parsePolicy({
    ...baseOf(server),
    grants: ownGrants.map((grant) => grantOf(grant)),
    sessions: ownSessions.map((session) => sessionOf(session)),
  }).ok
  const faultOf = (resource: MCPAccessGrant | MCPAgentSession): string | undefined => {
    const [fault] = [...accessFaults(resource.spec), ...(isSound ? [] : policyFaults(resource))]
    return fault && `${fault.pointer}: ${fault.message}`
  }
  return [
    ...ownGrants.map((grant) => grantCandidate(server, grant, faultOf)),
    ...ownSessions.map((session) => sessionCandidate(server, session, faultOf, now)),
    ...[...grants, ...sessions].filter((one) => placeOf(server, one) === 'foreign').map(foreign),
  ]
}

/** As much as there is room for, in this order. */
const fitted = (candidates: readonly Candidate[], bytes: number) => {
  let bytesLeft = bytes
  const [fitting, surplus]: [Candidate[], Candidate[]] = [[], []]
  for (const candidate of candidates) {
    const size = candidate.content === undefined ? 0 : entryBytes(candidate.content.entry)
    if (size > bytesLeft) {
      surplus.push(candidate)
      continue
    }
    bytesLeft -= size
    fitting.push(candidate)
  }
  return { fitting, surplus }
}
