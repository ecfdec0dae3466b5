import { randomUUID } from 'node:crypto'
import type { Kind } from '../parse.ts'
import type { Change, Listing, WatchOptions } from '../store.ts'
import { type Seen, scan } from './scan.ts'

export interface Journal<K extends Kind> {
  /** Looks at the files, and tells who watches what has changed. */
  readonly refresh: () => Promise<void>
  readonly list: (namespace?: string) => Listing<K>
  readonly watch: (options: WatchOptions) => AsyncIterable<Change<K>>
  readonly close: () => void
}

/** Changes that are remembered for a watch that comes back. */
export const changesMax = 1024

/** What has happened to the objects of one kind since the store was opened, as far as looking tells. */
export const createJournal = <K extends Kind>(root: string, kind: K): Journal<K> => {
  /** Another one after each start: what was between is not known. */
  const epoch = randomUUID()
  const log: Change<K>[] = []
  const waiting = new Set<() => void>()
  let seen: ReadonlyMap<string, Seen<K>> = new Map()
  let count = 0
  let isClosed = false
  let refreshing: Promise<void> = Promise.resolve()

  const look = async (): Promise<void> => {
    const now = await scan(root, kind, seen)
    const before = seen
    seen = now
    for (const [id, { found, version }] of now) {
      if (before.get(id)?.version === version) continue
      note((resourceVersion) =>
        found.ok
          ? { type: 'applied', resource: found.resource, resourceVersion }
          : {
              type: 'unreadable',
              namespace: found.namespace,
              name: found.name,
              faults: found.faults,
              resourceVersion,
            },
      )
    }
    for (const [id, { found }] of before) {
      if (now.has(id)) continue
      const { namespace, name } = found.ok ? found.resource.metadata : found
      note((resourceVersion) => ({ type: 'deleted', namespace: namespace ?? '', name, resourceVersion }))
    }
    for (const wake of waiting) wake()
  }

  const note = (change: (resourceVersion: string) => Change<K>): void => {
    log.push(change(`${epoch}.${++count}`))
    if (log.length > changesMax) log.shift()
  }

  const list = (namespace?: string): Listing<K> => {
    const all = [...seen.values()].map(({ found }) => found)
    const isWanted = (of: { readonly namespace?: string | undefined }) =>
      namespace === undefined || of.namespace === namespace
    return {
      items: all.flatMap((found) => (found.ok && isWanted(found.resource.metadata) ? [found.resource] : [])),
      unreadable: all.flatMap((found) => {
        if (found.ok || !isWanted(found)) return []
        return [{ namespace: found.namespace, name: found.name, faults: found.faults }]
      }),
      resourceVersion: `${epoch}.${count}`,
    }
  }

  /** How many changes a watcher knows of; undefined when that cannot be told, or they are no longer remembered. */
  const positionOf = (resourceVersion: string | undefined): number | undefined => {
    const [of, position] = resourceVersion?.split('.') ?? []
    const known = Number(position)
    return of === epoch && known <= count && known >= count - log.length ? known : undefined
  }

  const woken = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
    })

  async function* watch({ signal, resourceVersion }: WatchOptions): AsyncGenerator<Change<K>> {
    let at = positionOf(resourceVersion)
    while (!signal.aborted && !isClosed) {
      if (at === undefined || at < count - log.length) {
        at = count
        yield { type: 'listed', ...list() }
      } else if (at < count) {
        const change = log[log.length - (count - at)]
        at++
        if (change !== undefined) yield change
      } else await woken(signal)
    }
  }

  return {
    // One after another: each compares with what the one before it saw.
    refresh: () => {
      refreshing = refreshing.catch(() => undefined).then(look)
      return refreshing
    },
    list,
    watch,
    close: () => {
      isClosed = true
      for (const wake of waiting) wake()
    },
  }
}
