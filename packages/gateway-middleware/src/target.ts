import { type Call, type Fault, invalidParams, invalidRequest, isObject } from './message.ts'

/** What a call touches, as a policy names it. */
export interface Target {
  /** Name of a tool or prompt, URI of a resource, id of a task; empty where a method has none. */
  readonly name: string
  /** Of `completion/complete`: what `name` is the name of. */
  readonly refType?: string | undefined
}

/** The member of `params` that names what a method touches. */
const targetMembers: ReadonlyMap<string, 'name' | 'uri' | 'taskId' | 'ref' | undefined> = new Map([
  ['tools/call', 'name'],
  ['call_tool', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['completion/complete', 'ref'],
  ['tasks/get', 'taskId'],
  ['tasks/result', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
  ['tasks/list', undefined],
  ['subscriptions/listen', undefined],
])

const mirrored: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])

/** Those that `Mcp-Name` mirrors. */
export const isMirrored = (method: string): boolean => mirrored.has(method)

const isOfOneEra = (method: string): boolean =>
  method.startsWith('tasks/') || (method.startsWith('resources/') && method !== 'resources/read')

/** Of a name or URI: all of it stands in the record of its call, which has a limit itself. */
export const targetCharsMax = 8_192

const nowhere: Target = { name: '' }

/**
 * A call of a method that names its target must name it. One that is nearly spelled like a governed method is refused: it
 * would be judged as an unknown one, and some server may read it as the other.
 */
export const targetOf = ({ method, params, id }: Call): Target | Fault => {
  const member = targetMembers.get(method)
  if (member === undefined) {
    if (!targetMembers.has(method) && targetMembers.has(folded(method)))
      return {
        status: 400,
        code: invalidRequest,
        message: `/method is not "${folded(method)}", only nearly`,
        id,
      }
    return nowhere
  }
  if (member === 'ref') return referredTo(params.ref, id)
  const name = params[member]
  // A method that an era does not know may be asked without what it once needed; there is nothing behind it.
  if (name === undefined && isOfOneEra(method)) return nowhere
  if (typeof name === 'string' && name.length > targetCharsMax)
    return missing(`/params/${member} has more than ${targetCharsMax} characters`, id)
  if (typeof name !== 'string') return missing(`/params/${member} must be a text`, id)
  if (member === 'name' && 'arguments' in params && !isObject(params.arguments))
    return missing('/params/arguments must be an object', id)
  return { name }
}

const referredTo = (ref: unknown, id: Call['id']): Target | Fault => {
  const { type, name, uri } = isObject(ref) ? ref : {}
  const named = type === 'ref/prompt' ? name : type === 'ref/resource' ? uri : undefined
  return typeof named === 'string' && named.length <= targetCharsMax
    ? { name: named, refType: type as string }
    : missing('/params/ref must be a ref/prompt with a name or a ref/resource with a uri', id)
}

const missing = (message: string, id: Call['id']): Fault => ({
  status: 400,
  code: invalidParams,
  message,
  id,
})

const folded = (method: string): string =>
  method
    .normalize('NFKC')
    .replaceAll(/[\s\p{Cc}\p{Cf}]/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
