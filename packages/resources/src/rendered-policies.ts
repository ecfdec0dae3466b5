import { setTimeout as wait } from 'node:timers/promises'
import { type Kind, kinds } from './parse.ts'
import { type RenderedPolicy, shutFor, shutPolicy } from './render/finished.ts'
import { type RenderOptions, renderPolicy } from './render-policy.ts'
import { createServerIndex, idOf } from './server-index.ts'
import type { Change, ObjectKey, ResourceStore } from './store.ts'

export interface RenderedPoliciesOptions extends RenderOptions {
  readonly store: Pick<ResourceStore, 'watch'>
  /** What cannot be read, each fault with its place; and why the store could not be watched. */
  readonly report?: ((faults: readonly string[]) => void) | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
  /** How often policies are rendered anew because time has passed. */
  readonly refreshMs?: number | undefined
  /** Before a store that failed is watched again. */
  readonly retryMs?: number | undefined
}

export interface PolicyChange {
  readonly policy: RenderedPolicy
  /** What has changed since the policy before; nothing at first, and where only time has passed. */
  readonly because: readonly ({ readonly kind: Kind } & ObjectKey)[]
}

export interface RenderedPolicies {
  /** Undefined until all resources were listed. A server that is not there refuses every call. */
  readonly current: (server: ObjectKey) => RenderedPolicy | undefined
  /** Tells the policy that there is, at once or as soon as there is one, and then each one of another revision. */
  readonly subscribe: (server: ObjectKey, listener: (change: PolicyChange) => void) => () => void
  readonly close: () => Promise<void>
}

interface Watched {
  readonly server: ObjectKey
  readonly listeners: Set<(change: PolicyChange) => void>
  policy: RenderedPolicy | undefined
  because: PolicyChange['because']
}

/** More is not remembered of what has changed. */
const becauseMax = 16
const rememberedMax = 256

/**
 * The policies of servers as their resources make them, each rendered when one of its own changes and somebody asks.
 * Of what can be read no more, the last good state counts. A grant that could not be read from the start on may deny
 * anything: until it is mended, the servers of its namespace refuse every call.
 */
export const createRenderedPolicies = (options: RenderedPoliciesOptions): RenderedPolicies => {
  const { store, report = () => {}, clock = Date.now, cluster, bytesMax } = options
  const { refreshMs = 600_000, retryMs = 1000 } = options
  const index = createServerIndex()
  const abort = new AbortController()
  const listed = new Set<Kind>()
  const neverRead = new Map<string, ObjectKey>()
  const watched = new Map<string, Watched>()
  const staleOnes = new Set<Watched>()
  /** Of servers that nobody watches, for who asks again; the one that was asked for longest ago first. */
  const remembered = new Map<string, RenderedPolicy>()
  let rendering: NodeJS.Immediate | undefined

  const render = (key: ObjectKey): RenderedPolicy => {
    const { server, grants, sessions } = index.of(key)
    if (server === undefined) return shutFor(key, cluster)
    const [unread] = [...neverRead.values()].filter(({ namespace }) => namespace === key.namespace)
    if (unread !== undefined) {
      const message = `the grant ${unread.name} could not be read, and what it denies is not known: every call is refused`
      return shutPolicy(server, cluster, 'GrantUnreadable', message)
    }
    return renderPolicy(server, grants, sessions, clock(), { cluster, bytesMax })
  }

  const isReady = (): boolean => listed.size === kinds.length
  const stale = (one: Watched, because: PolicyChange['because'] = []): void => {
    staleOnes.add(one)
    one.because = [...one.because, ...because].slice(-becauseMax)
    rendering ??= setImmediate(renderNext)
  }

  /** One in a turn of the event loop: a thousand at once would stop everybody else. */
  const renderNext = (): void => {
    rendering = undefined
    const [next] = isReady() ? staleOnes : []
    if (next === undefined) return
    staleOnes.delete(next)
    rendering = setImmediate(renderNext)
    if (next.listeners.size === 0) return
    const { policy: before, because } = next
    const policy = render(next.server)
    Object.assign(next, { policy, because: [] })
    if (policy.document.revision === before?.document.revision) return
    for (const listener of next.listeners) listener({ policy, because: before === undefined ? [] : because })
  }

  const touch = (servers: readonly ObjectKey[], because: PolicyChange['because']): void => {
    for (const server of servers) {
      remembered.delete(idOf(server))
      const one = watched.get(idOf(server))
      if (one !== undefined) stale(one, because)
    }
  }
  const touchNamespace = (namespace: string): void => {
    remembered.clear()
    for (const one of watched.values()) if (one.server.namespace === namespace) stale(one)
  }

  const readAgain = (kind: Kind, key: ObjectKey): void => {
    if (kind === 'MCPAccessGrant' && neverRead.delete(idOf(key))) touchNamespace(key.namespace)
  }
  const remove = (kind: Kind, key: ObjectKey): void => {
    readAgain(kind, key)
    touch(index.remove(kind, key), [{ kind, ...key }])
  }
  const put = <K extends Kind>(kind: K, resource: (Change<K> & { type: 'applied' })['resource']): void => {
    const { name, namespace = '' } = resource.metadata
    readAgain(kind, { namespace, name })
    touch(index.put(resource), [{ kind, namespace, name }])
  }

  const takeListing = <K extends Kind>(kind: K, change: Change<K> & { type: 'listed' }): void => {
    const { items, unreadable } = change
    const there = new Set([...items.map(({ metadata }) => idOf(keyOf(metadata))), ...unreadable.map(idOf)])
    for (const key of index.keys(kind)) if (!there.has(idOf(key))) remove(kind, key)
    for (const key of neverRead.values()) if (!there.has(idOf(key))) readAgain(kind, key)
    for (const item of items) put(kind, item)
    if (kind === 'MCPAccessGrant' && !listed.has(kind)) {
      for (const { namespace, name } of unreadable)
        neverRead.set(idOf({ namespace, name }), { namespace, name })
    }
    if (unreadable.length > 0) report(unreadable.flatMap(({ faults }) => faults))
    listed.add(kind)
    rendering ??= setImmediate(renderNext)
  }

  const take = <K extends Kind>(kind: K, change: Change<K>): void => {
    if (change.type === 'listed') takeListing(kind, change)
    else if (change.type === 'applied') put(kind, change.resource)
    else if (change.type === 'deleted') remove(kind, { namespace: change.namespace, name: change.name })
    else report(change.faults)
  }

  const follow = async <K extends Kind>(kind: K): Promise<void> => {
    let resourceVersion: string | undefined
    while (!abort.signal.aborted) {
      try {
        for await (const change of store.watch(kind, { signal: abort.signal, resourceVersion })) {
          take(kind, change)
          resourceVersion = change.resourceVersion
        }
        return
      } catch (error) {
        report([`${kind}: ${(error as Error).message}`])
        await wait(retryMs, undefined, { signal: abort.signal }).catch(() => undefined)
      }
    }
  }

  const following = Promise.all(kinds.map((kind) => follow(kind)))
  const refreshing = setInterval(() => {
    remembered.clear()
    for (const one of watched.values()) stale(one)
  }, refreshMs).unref()

  const current = (server: ObjectKey): RenderedPolicy | undefined => {
    if (!isReady()) return undefined
    const id = idOf(server)
    const one = watched.get(id)
    if (one?.policy !== undefined && !staleOnes.has(one)) return one.policy
    const policy = remembered.get(id) ?? render(server)
    remembered.delete(id)
    remembered.set(id, policy)
    const [oldest] = remembered.size > rememberedMax ? remembered.keys() : []
    if (oldest !== undefined) remembered.delete(oldest)
    return policy
  }

  return {
    current,
    subscribe: (server, listener) => {
      const id = idOf(server)
      const one = watched.get(id) ?? { server, listeners: new Set(), policy: undefined, because: [] }
      watched.set(id, one)
      one.listeners.add(listener)
      if (one.policy === undefined) stale(one)
      else listener({ policy: one.policy, because: [] })
      return () => {
        one.listeners.delete(listener)
        if (one.listeners.size === 0 && watched.get(id) === one) watched.delete(id)
      }
    },
    close: async () => {
      abort.abort()
      clearInterval(refreshing)
      clearImmediate(rendering)
      await following
    },
  }
}

const keyOf = (metadata: { readonly namespace?: string | undefined; readonly name: string }): ObjectKey => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
})
