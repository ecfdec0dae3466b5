import type { Caller, CompiledPolicy } from '@mcp-sentinel/policy'
import { type Permitted, permitted } from '@mcp-sentinel/policy/permitted'
import { isObject } from './message.ts'

/** May the caller see this item of a list? */
export type Show = (kind: ListKind, item: unknown) => boolean

/** Members of a result that are lists of what a server has. */
const listKinds = ['tools', 'resources', 'resourceTemplates', 'prompts'] as const
type ListKind = (typeof listKinds)[number]

/** What a caller may not use is not shown; what depends on a call's arguments is. */
export const showOf = (policy: CompiledPolicy, caller: Caller, now: number): Show => {
  const { may, resources } = permitted(policy, caller, now)
  return (kind, item) => {
    const { name, uri, uriTemplate } = isObject(item) ? item : {}
    if (kind === 'tools') return typeof name === 'string' && may('tools/call', name) !== 'no'
    if (kind === 'prompts') return typeof name === 'string' && may('prompts/get', name) !== 'no'
    if (kind === 'resources') return typeof uri === 'string' && may('resources/read', uri) !== 'no'
    return typeof uriTemplate === 'string' && reaches(resources, uriTemplate)
  }
}

/** Could some URI of the template be one that is allowed? */
const reaches = (allowed: Permitted['resources'], template: string): boolean => {
  const prefix = template.split('{', 1)[0] as string
  return allowed.some((name) => {
    if (!name.endsWith('*')) return name.startsWith(prefix)
    const start = name.slice(0, -1)
    return start.startsWith(prefix) || prefix.startsWith(start)
  })
}

/**
 * A message, or a batch of them, with what is not shown left out of lists. The same value where nothing was: then its bytes
 * go on as they are. A list that was cut for one caller must not be cached for another.
 */
export const filterLists = (value: unknown, show: Show): unknown => {
  if (Array.isArray(value)) {
    const filtered = value.map((one) => filterLists(one, show))
    return filtered.some((one, index) => one !== value[index]) ? filtered : value
  }
  if (!isObject(value)) return value
  const { result } = value
  if (!isObject(result)) return value
  const lists = listKinds.filter((kind) => Array.isArray(result[kind]))
  if (lists.length === 0) return value
  const shown = lists.map((kind) => [kind, (result[kind] as unknown[]).filter((item) => show(kind, item))])
  const { cacheScope = 'private' } = result
  const isPublic = cacheScope !== 'private'
  const isWhole = shown.every(
    ([kind, items]) => (items as unknown[]).length === (result[kind as ListKind] as unknown[]).length,
  )
  if (isWhole && !isPublic) return value
  return {
    ...value,
    result: { ...result, ...Object.fromEntries(shown), ...(isPublic ? { cacheScope: 'private' } : {}) },
  }
}
