import type { Decoded } from '@mcp-sentinel/events'
import type { ServerBinding } from '@mcp-sentinel/identity'

/**
 * Where an event speaks of another server than its sender may speak for; undefined where it does not. Records that
 * are about a chain itself name no server, so that there the chain's name says enough.
 */
export const strayAt = (
  { namespace, server }: ServerBinding,
  { audit, member }: Pick<Decoded, 'audit' | 'member'>,
): string | undefined => {
  if (audit !== undefined && !audit.chain.startsWith(`${namespace}/${server}/`))
    return '/payload/_audit/chain'
  const strays = (said: string | undefined, bound: string): boolean =>
    said === undefined ? audit === undefined : JSON.parse(said) !== bound
  if (strays(member('namespace'), namespace)) return '/payload/namespace'
  if (strays(member('server'), server)) return '/payload/server'
  return undefined
}
