import type { MCPAccessGrant, MCPServer } from '@mcp-sentinel/resources'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { inForce } from './in-force.ts'

export const trusts = ['low', 'medium', 'high'] as const

/** As what a grant lets somebody in. */
export interface Admission {
  readonly maxTrust: (typeof trusts)[number]
  /** Empty where the grant asks for none. */
  readonly teamID: string
  readonly policyVersion: string
  readonly notAfter: string | undefined
}

interface Asked {
  readonly server: MCPServer
  readonly namespace: string
  readonly human: string
  readonly agentID: string
}

/** By the grant that allows the most, of equals the oldest; undefined where none speaks of this person and agent. */
export const admissionOf = async (
  { resources, clock }: Engines,
  caller: Caller,
  asked: Asked,
): Promise<Admission | undefined> => {
  const { server, namespace } = asked
  const { items } = await resources().list('MCPAccessGrant', namespace)
  const now = clock()
  const [best] = items
    .filter((grant) => grant.spec.serverRef.name === server.metadata.name)
    .filter((grant) => speaksOf(grant, caller, asked) && countsIn(grant, server, now))
    .sort((a, b) => trustOf(b) - trustOf(a) || madeAt(a) - madeAt(b))
  if (best === undefined) return undefined
  return {
    maxTrust: best.spec.maxTrust ?? 'low',
    teamID: teamOf(best, server),
    policyVersion: best.spec.policyVersion ?? server.spec.policy?.policyVersion ?? 'v1',
    notAfter: best.spec.notAfter,
  }
}

const speaksOf = (
  grant: MCPAccessGrant,
  { role, teams }: Caller,
  { server, human, agentID }: Asked,
): boolean => {
  const { subject } = grant.spec
  const team = teamOf(grant, server)
  return (
    (!subject.humanID || subject.humanID === human) &&
    (!subject.agentID || subject.agentID === agentID) &&
    (team === '' || role === 'admin' || teams.some(({ id }) => id === team))
  )
}

/** A server that is disabled refuses calls, not sessions: it may be enabled again while one lives. */
const countsIn = (grant: MCPAccessGrant, server: MCPServer, now: number): boolean => {
  const { value, reason } = inForce(grant, server, () => undefined, now)
  return value || reason === 'ServerDisabled'
}

/** As the policy is rendered: a team that the grant leaves open is the server's. */
const teamOf = ({ spec }: MCPAccessGrant, server: MCPServer): string =>
  spec.subject.teamID || server.spec.teamID || ''
const trustOf = ({ spec }: MCPAccessGrant): number => trusts.indexOf(spec.maxTrust ?? 'low')
const madeAt = ({ metadata }: MCPAccessGrant): number =>
  Date.parse(metadata.creationTimestamp ?? '') || Number.MAX_SAFE_INTEGER
