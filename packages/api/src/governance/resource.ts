import type { Issue } from '@mcp-sentinel/contract'
import {
  apiVersion,
  type Kind,
  type ObjectKey,
  parseResource,
  type Resource,
  type ResourceIssue,
  type ResourceOf,
  type ResourceStore,
} from '@mcp-sentinel/resources'
import type { ProblemError } from '@mcp-sentinel/service'
import { faulty, problem } from '../problems.ts'
import { bodyPointerOf, resourceProblemOf } from '../resource-problems.ts'

/** How often a change that somebody else's came between is made anew, where it does not say what it was made of. */
const triesMax = 5

export interface Change<K extends Kind> {
  readonly before: ResourceOf<K> | undefined
  readonly after: ResourceOf<K>
}

/**
 * Puts an object in the place of what is there. `make` is asked again where another change came between, unless the
 * caller has said of which state theirs was made.
 */
export const putResource = async <K extends Kind>(
  store: ResourceStore,
  kind: K,
  key: ObjectKey,
  wanted: string | undefined,
  make: (
    before: ResourceOf<K> | undefined,
  ) => Pick<ResourceOf<K>, 'spec'> & Partial<Pick<Resource, 'metadata'>>,
): Promise<Change<K>> => {
  for (let tries = 1; ; tries++) {
    const before = await store.get(kind, key)
    if (wanted !== undefined && wanted !== before?.metadata.resourceVersion) throw stale(kind, key)
    const { spec, metadata } = make(before)
    const parsed = parseResource({
      apiVersion,
      kind,
      metadata: { ...before?.metadata, ...metadata, ...key },
      spec: written(spec),
    })
    if (!parsed.ok) throw faulty('invalid_request_body', bodyIssues(kind, parsed.issues))
    try {
      return { before, after: (await store.apply(parsed.resource)) as ResourceOf<K> }
    } catch (error) {
      const isLate = resourceProblemOf(error)?.problem.code === 'conflict'
      if (!isLate || wanted !== undefined || tries >= triesMax) throw error
    }
  }
}

/** Faults of a resource where they stand in the body that it was made of. */
export const bodyIssues = (kind: Kind, issues: readonly ResourceIssue[]): readonly Issue[] =>
  issues.map(({ pointer, message }) => ({
    // Of a server, the body has the spec as it is.
    pointer: kind === 'MCPServer' ? pointer.replace(/^\/metadata(?=\/)/, '') : bodyPointerOf(pointer),
    message,
  }))

export const getResource = async <K extends Kind>(
  store: ResourceStore,
  kind: K,
  key: ObjectKey,
): Promise<ResourceOf<K>> => {
  const found = await store.get(kind, key)
  if (found === undefined)
    throw problem('not_found', `there is no ${names[kind]} ${key.namespace}/${key.name}`)
  return found
}

const names: Readonly<Record<Kind, string>> = {
  MCPServer: 'server',
  MCPAccessGrant: 'grant',
  MCPAgentSession: 'session',
}

const stale = (kind: Kind, { namespace, name }: ObjectKey): ProblemError =>
  problem(
    'conflict',
    `the ${names[kind]} ${namespace}/${name} is not in the state that was read: read it again`,
  )

/** As it would be read back: members that are undefined are none. */
const written = (spec: object): unknown => JSON.parse(JSON.stringify(spec))

/** What an optional member becomes: `null` takes it away, and what is not given stays. */
export const keep = <T>(given: T | null | undefined, before: T | undefined): T | undefined =>
  given === undefined ? before : (given ?? undefined)

/** Whom an object speaks of is its own for life: its rights would move to another server. */
export const refuseOtherServer = (
  was: { readonly serverRef: { readonly name: string } } | undefined,
  { serverRef }: { readonly serverRef: { readonly name: string } },
): void => {
  if (was !== undefined && was.serverRef.name !== serverRef.name)
    throw faulty('invalid_request_body', [
      { pointer: '/serverRef', message: `cannot be changed from ${was.serverRef.name}; make a new object` },
    ])
}
