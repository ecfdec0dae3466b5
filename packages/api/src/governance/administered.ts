import type { MCPServer, ObjectKey } from '@mcp-sentinel/resources'
import type { Action } from '../authorize.ts'
import { type Caller, membershipIn } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { may } from '../permit.ts'
import { problem } from '../problems.ts'
import { publisherLabel, standingOnServer } from '../server-standing.ts'
import type { Standing } from '../serving/route.ts'
import { idOf, keyOf } from './paging.ts'

export type AccessKind = 'MCPAccessGrant' | 'MCPAgentSession'

/** What the caller is to a grant or session: what they are to the server that it speaks of. */
export const standingOnAccess = async (
  engines: Engines,
  caller: Caller,
  kind: AccessKind,
  key: ObjectKey,
): Promise<Standing> => {
  const found = caller.role === 'admin' ? undefined : await engines.resources().get(kind, key)
  const server = { namespace: key.namespace, name: found?.spec.serverRef.name ?? '' }
  if (found !== undefined) return standingOnServer(engines, caller, server)
  return { membership: membershipIn(caller, key.namespace), ownership: 'other' }
}

/** In the catalogue that all share, administrators alone say who may use what. */
export const refuseShared = ({ platform }: Engines, caller: Caller, namespace: string): void => {
  if (caller.role !== 'admin' && namespace === platform.sharedNamespace)
    throw problem('forbidden', `only administrators write to ${namespace}, which all teams share`)
}

export interface Administered {
  /** Servers by namespace and name, of every namespace that is listed. */
  readonly servers: ReadonlyMap<string, MCPServer>
  readonly isAdministered: (of: ObjectKey) => boolean
}

/** Whether the caller may do this to what speaks of a server, for many servers at once. */
export const administeredBy = async (
  { resources }: Engines,
  caller: Caller,
  action: Action,
  namespace: string | undefined,
): Promise<Administered> => {
  const { items } = await resources().list('MCPServer', namespace)
  const verdicts = new Map<string, boolean>()
  const servers = new Map(items.map((server) => [idOf(keyOf(server)), server]))
  return {
    servers,
    isAdministered: (key) => {
      const id = idOf(key)
      const known = verdicts.get(id)
      if (known !== undefined) return known
      const isOwn = caller.user !== undefined && publisherOf(servers.get(id)) === caller.user.id
      const standing = {
        membership: membershipIn(caller, key.namespace),
        ownership: isOwn ? 'own' : 'other',
      } as const
      const verdict = may(caller, action, standing)
      verdicts.set(id, verdict)
      return verdict
    },
  }
}

export const publisherOf = (server: MCPServer | undefined): string | undefined =>
  server?.metadata.labels?.[publisherLabel]
