import { foldName, isAscii } from './fold.ts'
import { scanLimits } from './walk.ts'

/** An object whose names decide what a message means: none of them may be there in a spelling of its own. */
export interface Place {
  readonly byName: ReadonlyMap<string, Member>
  /** The same members by the bytes of their names; undefined where not all names are ASCII. */
  readonly byLength: readonly (readonly Member[] | undefined)[] | undefined
  /** The names by what they are folded. */
  readonly folded: ReadonlyMap<string, string>
}

/** `id` has to survive any reader. `token` has to if it is a number. Of `arguments`, numbers are looked at. */
type Kind = 'any' | 'id' | 'token' | 'arguments'

export interface Member {
  /** Its own in its place, so that one sees at once whether it was there before; 0 where it has none. */
  readonly bit: number
  readonly name: Buffer
  readonly kind: Kind
  readonly place: Place | undefined
}

/** Any member that does not matter. */
export const otherMember: Member = { bit: 0, name: Buffer.alloc(0), kind: 'any', place: undefined }

/** What a policy reads, made ready for any number of scans. */
export interface Reads {
  readonly message: Place
}

interface Names {
  readonly [name: string]: Kind | Names
}

const meta = {
  progressToken: 'token',
  traceparent: 'any',
  tracestate: 'any',
  baggage: 'any',
  'io.modelcontextprotocol/protocolVersion': 'any',
  'io.modelcontextprotocol/clientCapabilities': 'any',
  'io.modelcontextprotocol/clientInfo': 'any',
  'io.modelcontextprotocol/logLevel': 'any',
  'io.modelcontextprotocol/subscriptionId': 'any',
  'io.modelcontextprotocol/related-task': { taskId: 'any' },
} as const satisfies Names

const params = {
  name: 'any',
  uri: 'any',
  arguments: 'arguments',
  _meta: meta,
  ref: { type: 'any', name: 'any', uri: 'any' },
  argument: { name: 'any', value: 'any' },
  context: 'any',
  cursor: 'any',
  level: 'any',
  requestId: 'token',
  progressToken: 'token',
  reason: 'any',
  protocolVersion: 'any',
  capabilities: 'any',
  clientInfo: 'any',
  task: 'any',
  taskId: 'any',
  inputResponses: 'any',
  requestState: 'any',
  notifications: 'any',
} as const satisfies Names

/** The names that matter in a message, wherever servers or we read one. */
export const namesThatMatter = {
  jsonrpc: 'any',
  id: 'id',
  method: 'any',
  params,
  result: 'any',
  error: 'any',
} as const satisfies Names

/** A call's path of names cannot be longer than it may be nested. */
const stepsMax = scanLimits.depthMax

/**
 * For pointers into the arguments of a call, as conditions name them: in every object on the way, and in what they lead
 * to, names that are not quite those of the pointers are refused too.
 */
export const readsOf = (pointers: Iterable<string>): Reads => {
  const paths = Array.from(pointers, (pointer) => pointer.split('/').slice(1, stepsMax).map(unescaped))
  return { message: placeOfNames(namesThatMatter, paths.length === 0 ? undefined : placeOfPaths(paths)) }
}

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

const placeOfNames = (names: Names, forArguments: Place | undefined): Place =>
  placeOf(
    Object.entries(names).map(([name, what]): [string, Kind, Place | undefined] => {
      if (typeof what !== 'string') return [name, 'any', placeOfNames(what, forArguments)]
      return [name, what, what === 'arguments' ? forArguments : undefined]
    }),
  )

const placeOfPaths = (paths: readonly (readonly string[])[]): Place => {
  const byStep = Map.groupBy(
    paths.filter((path) => path.length > 0),
    ([step = '']) => step,
  )
  return placeOf(
    Array.from(byStep, ([step, below]) => [step, 'any', placeOfPaths(below.map((path) => path.slice(1)))]),
  )
}

/** In an integer that the engine holds without a box. */
const bitsMax = 30

const placeOf = (members: readonly (readonly [name: string, Kind, Place | undefined])[]): Place => {
  const folded = new Map(members.map(([name]) => [foldName(name), name]))
  // Where two of the names are nearly the same, they are compared as if they were not known.
  const haveBits = folded.size === members.length
  const byName = new Map<string, Member>()
  for (const [index, [name, kind, place]] of members.entries()) {
    const bit = haveBits && index < bitsMax ? 1 << index : 0
    byName.set(name, { bit, name: Buffer.from(name), kind, place })
  }
  const byLength: Member[][] = []
  for (const member of byName.values()) {
    const { length } = member.name
    byLength[length] = [...(byLength[length] ?? []), member]
  }
  return { byName, byLength: members.every(([name]) => isAscii(name)) ? byLength : undefined, folded }
}
