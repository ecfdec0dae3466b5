import type { MCPAccessGrant } from './kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from './kinds/mcp-agent-session.ts'
import type { MCPServer } from './kinds/mcp-server.ts'
import type { Kind, Resource } from './parse.ts'
import { namespaceOf } from './render/finding.ts'
import type { ObjectKey } from './store.ts'

/** All that is said of one server. */
interface SaidOfServer {
  readonly server: MCPServer | undefined
  readonly grants: readonly MCPAccessGrant[]
  readonly sessions: readonly MCPAgentSession[]
}

/** Which resources speak of which server, so that a change is the matter of that server alone. */
export interface ServerIndex {
  /** In the place of the object of that name; gives the servers that one of the two speaks of. */
  readonly put: (resource: Resource) => readonly ObjectKey[]
  readonly remove: (kind: Kind, key: ObjectKey) => readonly ObjectKey[]
  readonly keys: (kind: Kind) => readonly ObjectKey[]
  readonly of: (server: ObjectKey) => SaidOfServer
}

interface Entry extends ObjectKey {
  server: MCPServer | undefined
  readonly grants: Map<string, MCPAccessGrant>
  readonly sessions: Map<string, MCPAgentSession>
}

export const createServerIndex = (): ServerIndex => {
  const entries = new Map<string, Entry>()
  const placed: Readonly<Record<Kind, Map<string, { readonly key: ObjectKey; readonly entry: Entry }>>> = {
    MCPServer: new Map(),
    MCPAccessGrant: new Map(),
    MCPAgentSession: new Map(),
  }

  const entryOf = (key: ObjectKey): Entry => {
    const id = idOf(key)
    const known = entries.get(id)
    if (known !== undefined) return known
    const entry: Entry = { ...key, server: undefined, grants: new Map(), sessions: new Map() }
    entries.set(id, entry)
    return entry
  }

  const remove = (kind: Kind, key: ObjectKey): readonly ObjectKey[] => {
    const id = idOf(key)
    const entry = placed[kind].get(id)?.entry
    if (entry === undefined) return []
    placed[kind].delete(id)
    if (kind === 'MCPServer') entry.server = undefined
    else if (kind === 'MCPAccessGrant') entry.grants.delete(id)
    else entry.sessions.delete(id)
    if (entry.server === undefined && entry.grants.size + entry.sessions.size === 0) {
      entries.delete(idOf(entry))
    }
    return [{ namespace: entry.namespace, name: entry.name }]
  }

  const put = (resource: Resource): readonly ObjectKey[] => {
    const key = { namespace: namespaceOf(resource), name: resource.metadata.name }
    const server = serverOf(resource)
    const left = remove(resource.kind, key).filter((before) => idOf(before) !== idOf(server))
    const entry = entryOf(server)
    placed[resource.kind].set(idOf(key), { key, entry })
    if (resource.kind === 'MCPServer') entry.server = resource
    else if (resource.kind === 'MCPAccessGrant') entry.grants.set(idOf(key), resource)
    else entry.sessions.set(idOf(key), resource)
    return [...left, server]
  }

  return {
    put,
    remove,
    keys: (kind) => [...placed[kind].values()].map(({ key }) => key),
    of: (server) => {
      const entry = entries.get(idOf(server))
      return {
        server: entry?.server,
        grants: [...(entry?.grants.values() ?? [])],
        sessions: [...(entry?.sessions.values() ?? [])],
      }
    },
  }
}

/** No name holds a slash. */
export const idOf = ({ namespace, name }: ObjectKey): string => `${namespace}/${name}`

/** Whom a resource speaks of, wherever that one lives. */
const serverOf = (resource: Resource): ObjectKey => {
  const own = namespaceOf(resource)
  if (resource.kind === 'MCPServer') return { namespace: own, name: resource.metadata.name }
  const { name, namespace = own } = resource.spec.serverRef
  return { namespace, name }
}
