import type { ObjectKey, ResourceOf } from '@mcp-sentinel/resources'
import type { Actor } from '../accounts/context.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { type AccessKind, administeredBy } from './administered.ts'
import { type InForce, inForce } from './in-force.ts'
import { given } from './items.ts'
import { idOf, keyOf, pageOf } from './paging.ts'
import { getResource } from './resource.ts'

const actions = {
  MCPAccessGrant: { read: 'grant.read', change: 'grant.change', word: 'grant' },
  MCPAgentSession: { read: 'session.read', change: 'session.change', word: 'session' },
} as const satisfies Readonly<Record<AccessKind, object>>

/** Servers whose policies are asked for one page. */
const renderedMax = 50

interface ListQuery {
  readonly namespace?: string | undefined
  readonly server?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Those of servers that the caller administers. */
export const listAccess = async <K extends AccessKind, T>(
  engines: Engines,
  { kind, caller, query }: { readonly kind: K; readonly caller: Caller; readonly query: ListQuery },
  itemOf: (resource: ResourceOf<K>, inForce: InForce, now: number) => T,
) => {
  const { namespace, server: wanted } = query
  const { servers, isAdministered } = await administeredBy(engines, caller, actions[kind].read, namespace)
  const { items, unreadable } = await engines.resources().list(kind, namespace)
  const visible = items.filter((one) => {
    const server = serverOf(one)
    return (wanted === undefined || server.name === wanted) && isAdministered(server)
  })
  const { items: shown, ...end } = pageOf(visible, query)
  const now = engines.clock()
  // To know what a policy says it may have to be rendered: of many servers, their status is enough.
  const isRendered = new Set(shown.map((one) => idOf(serverOf(one)))).size <= renderedMax
  const verdictFor = (one: ResourceOf<K>) => (isRendered ? renderedVerdict(engines, one) : lastVerdict(one))
  return {
    items: shown.map((one) =>
      itemOf(
        one,
        inForce(one, servers.get(idOf(serverOf(one))), () => verdictFor(one), now),
        now,
      ),
    ),
    end: {
      ...end,
      // Whose they are nobody can read: they are told to who has the namespace.
      unreadable: unreadable
        .filter((one) => isAdministered({ namespace: one.namespace, name: '' }))
        .map((one) => ({ ...one, faults: [...one.faults] })),
    },
  }
}

/** One as it is told, with what the policy in force makes of it. */
export const tellAccess = async <K extends AccessKind, T>(
  engines: Engines,
  resource: ResourceOf<K>,
  itemOf: (resource: ResourceOf<K>, inForce: InForce, now: number) => T,
): Promise<T> => {
  const server = serverOf(resource)
  const found = await engines.resources().get('MCPServer', server)
  const now = engines.clock()
  return itemOf(
    resource,
    inForce(resource, found, () => renderedVerdict(engines, resource), now),
    now,
  )
}

const serverOf = ({ metadata, spec }: ResourceOf<AccessKind>): ObjectKey => ({
  namespace: metadata.namespace ?? '',
  name: spec.serverRef.name,
})

/** What was written into its status, if of this state of it. */
const lastVerdict = ({ metadata, status }: ResourceOf<AccessKind>) =>
  status?.conditions?.find(
    ({ type, observedGeneration }) => type === 'Rendered' && observedGeneration === metadata.generation,
  )

const renderedVerdict = ({ verdictOf }: Engines, resource: ResourceOf<AccessKind>) =>
  verdictOf(serverOf(resource), { kind: resource.kind, ...keyOf(resource) }) ?? lastVerdict(resource)

type Access = ResourceOf<AccessKind>

/** Writes down what became of a grant or a session. */
export const changedAccess = (
  { changed }: Engines,
  actor: Actor,
  verb: string,
  { before, after }: { readonly before: Access | undefined; readonly after?: Access },
): Promise<void> => {
  const it = (after ?? before) as Access
  const { word } = actions[it.kind]
  return changed(actor, {
    action: `${word}_${verb}`,
    resource: `${word}/${idOf(keyOf(it))}`,
    namespace: keyOf(it).namespace,
    ...given({ before: before?.spec, after: after?.spec }),
  })
}

export const deleteAccess = async (
  engines: Engines,
  kind: AccessKind,
  actor: Actor,
  key: ObjectKey,
  wanted: string | undefined,
) => {
  const before = await getResource(engines.resources(), kind, key)
  await engines.resources().delete(kind, key, wanted)
  await changedAccess(engines, actor, 'delete', { before })
  return { success: true as const, ...key }
}

/** Sets one member of the spec and leaves all else as it is. */
export const switchAccess = async <K extends AccessKind>(
  engines: Engines,
  kind: K,
  actor: Actor,
  key: ObjectKey,
  {
    spec,
    verb,
    wanted,
  }: { readonly spec: object; readonly verb: string; readonly wanted?: string | undefined },
): Promise<ResourceOf<K>> => {
  const before = await getResource(engines.resources(), kind, key)
  const after = await engines.resources().patch(kind, key, {
    ...(wanted === undefined ? {} : { metadata: { resourceVersion: wanted } }),
    spec: { ...spec },
  })
  await changedAccess(engines, actor, verb, { before, after })
  return after
}
