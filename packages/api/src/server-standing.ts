import type { ObjectKey } from '@mcp-sentinel/resources'
import { type Caller, membershipIn } from './caller.ts'
import type { Engines } from './engines.ts'
import type { Standing } from './serving/route.ts'

/** The label by which a server says who published it. */
export const publisherLabel = 'platform.mcpruntime.org/user-id'

/** What a caller is to a server: in the team of its namespace, and as who published it. One that is not there is nobody's. */
export const standingOnServer = async (
  { resources }: Engines,
  caller: Caller,
  key: ObjectKey,
): Promise<Standing> => {
  const membership = membershipIn(caller, key.namespace)
  // What is decided without the store does not wait for it.
  if (caller.user === undefined || caller.role === 'admin' || membership === 'owner')
    return { membership, ownership: 'other' }
  const server = await resources().get('MCPServer', key)
  const isOwn = server?.metadata.labels?.[publisherLabel] === caller.user.id
  return { membership, ownership: isOwn ? 'own' : 'other' }
}
