import { setTimeout as wait } from 'node:timers/promises'
import {
  type Change,
  type Kind,
  kinds,
  type Listing,
  type ObjectKey,
  type ResourceOf,
  type ResourceStore,
  type Unreadable,
} from '@mcp-sentinel/resources'
import { idOf, keyOf, order } from './governance/paging.ts'

export interface RememberedOptions {
  readonly store: ResourceStore
  /** Before a store that failed is watched again. */
  readonly retryMs?: number | undefined
}

/** What is known of one kind; nothing counts until all was listed. */
interface Known<K extends Kind> {
  readonly items: Map<string, ResourceOf<K>>
  readonly unreadable: Map<string, Unreadable>
  resourceVersion: string | undefined
  isCurrent: boolean
  sorted: readonly ResourceOf<K>[] | undefined
}

const nothing = <K extends Kind>(): Known<K> => ({
  items: new Map(),
  unreadable: new Map(),
  resourceVersion: undefined,
  isCurrent: false,
  sorted: undefined,
})

/**
 * A store whose lists come from memory, which a watch keeps up to date, what is written here at once: to look at every
 * object again for each list costs seconds where sessions have been left for years. While the store cannot be watched, it is
 * asked itself. Closing it leaves the store open.
 */
export const rememberedResources = ({ store, retryMs = 1000 }: RememberedOptions): ResourceStore => {
  const abort = new AbortController()
  const all: { readonly [K in Kind]: Known<K> } = {
    MCPServer: nothing(),
    MCPAccessGrant: nothing(),
    MCPAgentSession: nothing(),
  }
  const of = <K extends Kind>(kind: K): Known<K> => all[kind] as unknown as Known<K>

  const put = <K extends Kind>(kind: K, resource: ResourceOf<K>): void => {
    const known = of(kind)
    const id = idOf(keyOf(resource))
    known.items.set(id, resource)
    known.unreadable.delete(id)
    known.sorted = undefined
  }
  const remove = (kind: Kind, key: ObjectKey): void => {
    const known = of(kind)
    known.items.delete(idOf(key))
    known.unreadable.delete(idOf(key))
    known.sorted = undefined
  }

  const take = <K extends Kind>(kind: K, change: Change<K>): void => {
    const known = of(kind)
    if (change.type === 'listed') {
      known.items.clear()
      known.unreadable.clear()
      for (const item of change.items) put(kind, item)
      for (const one of change.unreadable) known.unreadable.set(idOf(one), one)
      known.sorted = undefined
      known.isCurrent = true
    } else if (change.type === 'applied') put(kind, change.resource)
    else {
      remove(kind, change)
      if (change.type === 'unreadable') {
        const { namespace, name, faults } = change
        known.unreadable.set(idOf(change), { namespace, name, faults })
      }
    }
    known.resourceVersion = change.resourceVersion
  }

  const follow = async <K extends Kind>(kind: K): Promise<void> => {
    const known = of(kind)
    while (!abort.signal.aborted) {
      try {
        const { resourceVersion } = known
        for await (const change of store.watch(kind, { signal: abort.signal, resourceVersion }))
          take(kind, change)
        return
      } catch {
        known.isCurrent = false
        known.resourceVersion = undefined
        await wait(retryMs, undefined, { signal: abort.signal }).catch(() => undefined)
      }
    }
  }
  const following = Promise.all(kinds.map((kind) => follow(kind)))

  const list = <K extends Kind>(kind: K, namespace?: string): Listing<K> => {
    const known = of(kind)
    known.sorted ??= [...known.items.values()].sort((a, b) => order(keyOf(a), keyOf(b)))
    const isWanted = (one: ObjectKey): boolean => namespace === undefined || one.namespace === namespace
    return {
      items: namespace === undefined ? known.sorted : known.sorted.filter((one) => isWanted(keyOf(one))),
      unreadable: [...known.unreadable.values()].filter(isWanted),
      resourceVersion: known.resourceVersion ?? '',
    }
  }

  return {
    ...store,
    list: async (kind, namespace) =>
      of(kind).isCurrent ? list(kind, namespace) : store.list(kind, namespace),
    apply: async (resource) => {
      const applied = await store.apply(resource)
      put<Kind>(resource.kind, applied)
      return applied
    },
    patch: async (kind, key, change) => {
      const patched = await store.patch(kind, key, change)
      put(kind, patched)
      return patched
    },
    delete: async (kind, key, resourceVersion) => {
      await store.delete(kind, key, resourceVersion)
      remove(kind, key)
    },
    close: async () => {
      abort.abort()
      await following
    },
  }
}
