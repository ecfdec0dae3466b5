import type { ServerBinding } from '@mcp-sentinel/identity'

export type Members = Readonly<Record<string, unknown>>

/** The members of a payload that is an object. */
export const membersOf = (payload: string): Members | undefined => {
  const value: unknown = JSON.parse(payload)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

/**
 * Where an event speaks of another server than its sender may speak for; undefined where it does not. Records that
 * are about a chain itself name no server, so that there the chain's name says enough.
 */
export const speaksFor = (
  { namespace, server }: ServerBinding,
  chain: string | undefined,
  members: Members | undefined,
): string | undefined => {
  if (chain !== undefined && !chain.startsWith(`${namespace}/${server}/`)) return '/payload/_audit/chain'
  const differs = (name: string, bound: string): boolean => {
    const said = members?.[name]
    return chain !== undefined && said === undefined ? false : said !== bound
  }
  if (differs('namespace', namespace)) return '/payload/namespace'
  if (differs('server', server)) return '/payload/server'
  return undefined
}
