import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { MCPServer, RenderedPolicy } from '@mcp-sentinel/resources'
import { driftOf } from '../live-inventory/drift.ts'
import type { Live } from '../live-inventory/live-inventories.ts'
import { given } from './items.ts'
import { keyOf } from './paging.ts'
import { readiness } from './server-item.ts'

type Attention = ResponseOf<Endpoints['servers']['attention']>['servers'][number]

export interface KnownOfServer {
  /** As its resources make it; undefined for who may not read it. */
  readonly policy: RenderedPolicy | undefined
  /** Undefined where the server was not asked. */
  readonly live: Live | undefined
}

const toolsMax = 20

/** Why somebody should look after a server; undefined where nothing is amiss. */
export const attentionOf = (server: MCPServer, { policy, live }: KnownOfServer): Attention | undefined => {
  const amiss = {
    ...statusAmiss(server),
    ...driftAmiss(server, live),
    ...given({ policy: policy && policyAmiss(server, policy) }),
  }
  if (Object.keys(amiss).length === 0) return undefined
  return { ...keyOf(server), ...given({ team_id: server.spec.teamID || undefined }), ...amiss }
}

const statusAmiss = (server: MCPServer): Pick<Attention, 'status' | 'message'> => {
  const { status } = readiness(server)
  if (status === 'Ready' || status === 'Unknown') return {}
  return { status, ...given({ message: server.status?.message || undefined }) }
}

const driftAmiss = (server: MCPServer, live: Live | undefined): Pick<Attention, 'drift' | 'drift_count'> => {
  const tools = (live && driftOf(server, live)) ?? []
  const of = (wanted: string) => tools.filter(({ status }) => status === wanted).map(({ name }) => name)
  const [missing, ungoverned] = [of('missing'), of('ungoverned')]
  const drift_count = missing.length + ungoverned.length
  if (drift_count === 0) return {}
  return {
    drift: { missing: missing.slice(0, toolsMax), ungoverned: ungoverned.slice(0, toolsMax) },
    drift_count,
  }
}

const policyAmiss = (server: MCPServer, policy: RenderedPolicy): Attention['policy'] => {
  const wanted = policy.document.revision ?? ''
  const applied = server.status?.policyRevision
  const leftOut = policy.findings.filter(({ verdict }) => isAmiss(verdict))
  const shut = leftOut.find(({ kind }) => kind === 'MCPServer')
  const told = (state: NonNullable<Attention['policy']>['state']): Attention['policy'] => ({
    state,
    wanted,
    left_out: leftOut.length,
    ...given({ applied, message: (shut ?? leftOut[0])?.verdict.message }),
  })
  if (shut !== undefined) return told('shut')
  if (server.status?.policyReady === false) return told('not_applied')
  if (applied !== undefined && applied !== wanted) return told('stale')
  return leftOut.length > 0 ? told('left_out') : undefined
}

/** A session that is over is left out as it should be; what another namespace says of the server is their matter. */
const isAmiss = ({ status, reason }: RenderedPolicy['findings'][number]['verdict']): boolean =>
  status === 'False' && reason !== 'Ended' && reason !== 'ForeignServer'
