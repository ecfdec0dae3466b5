import type { MCPServer } from '@mcp-sentinel/resources'
import { type Caller, membershipIn } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { may } from '../permit.ts'
import { catalogueOf } from '../platform.ts'
import type { Standing } from '../serving/route.ts'
import { publisherOf } from './administered.ts'
import { keyOf } from './paging.ts'

/** What the caller is to a server that is at hand. */
export const standingOn = (caller: Caller, server: MCPServer): Standing => ({
  membership: membershipIn(caller, keyOf(server).namespace),
  ownership: caller.user !== undefined && publisherOf(server) === caller.user.id ? 'own' : 'other',
})

/** Whether all who could ask may see what is in a namespace. */
export const isOpenTo = ({ platform }: Engines, { role }: Caller, namespace: string): boolean => {
  if (namespace === catalogueOf(platform) && platform.mode === 'public') return true
  return role !== 'anonymous' && [catalogueOf(platform), platform.sharedNamespace].includes(namespace)
}

/** Whether a list shows it. The catalogue that all share is shown to who asks for it. */
export const isListedTo = (
  engines: Engines,
  caller: Caller,
  server: MCPServer,
  wanted: string | undefined,
): boolean => {
  const { namespace } = keyOf(server)
  if (wanted !== undefined && wanted !== namespace) return false
  if (may(caller, 'server.read', standingOn(caller, server))) return true
  if (!isOpenTo(engines, caller, namespace)) return false
  return wanted !== undefined || namespace !== engines.platform.sharedNamespace
}

/** Whether the caller may know all that is written of a server. */
export const knowsAll = (caller: Caller, server: MCPServer): boolean =>
  may({ ...caller, scopes: [] }, 'server.change', standingOn(caller, server))
