import { randomUUID } from 'node:crypto'
import type { Kind } from '../parse.ts'
import type { Change, Listing, WatchOptions } from '../store.ts'
import { type FilePlace, lookAt, type Seen, scan } from './scan.ts'

export interface Journal<K extends Kind> {
  /** Looks at all files, and tells who watches what has changed. */
  readonly refresh: () => Promise<void>
  /** The same for one file, without waiting for a look at all of them. */
  readonly refreshFile: (place: FilePlace) => Promise<void>
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
  let scanning: Promise<void> = Promise.resolve()
  let nextScan: Promise<void> | undefined
  let lookingAtFiles: Promise<void> = Promise.resolve()
  /** Files that were looked at by themselves since the scan began: it may have read them before that. */
  let fresher = new Set<string>()

  const look = async (): Promise<void> => {
    fresher = new Set()
    const now = await scan(root, kind, seen)
    for (const id of fresher) setOrDelete(now, id, seen.get(id))
    const before = seen
    seen = now
    for (const [id, one] of now) noteTurn(before.get(id), one)
    for (const [id, one] of before) if (!now.has(id)) noteTurn(one, undefined)
    for (const wake of waiting) wake()
  }

  const lookAtFile = async (place: FilePlace): Promise<void> => {
    const id = `${place.namespace}/${place.file}`
    const before = seen.get(id)
    const one = await lookAt(root, kind, place, before)
    fresher.add(id)
    const now = new Map(seen)
    setOrDelete(now, id, one)
    noteTurn(seen.get(id), one)
    seen = now
    for (const wake of waiting) wake()
  }

  const noteTurn = (before: Seen<K> | undefined, now: Seen<K> | undefined): void => {
    if (before?.version === now?.version) return
    const found = now?.found
    if (found?.ok === true) {
      const { resource } = found
      note((resourceVersion) => ({ type: 'applied', resource, resourceVersion }))
    } else if (found?.ok === false) {
      const { ok, ...unreadable } = found
      note((resourceVersion) => ({ type: 'unreadable', ...unreadable, resourceVersion }))
    } else if (before !== undefined) {
      const { namespace = '', name } = before.found.ok ? before.found.resource.metadata : before.found
      note((resourceVersion) => ({ type: 'deleted', namespace, name, resourceVersion }))
    }
  }

  const note = (change: (resourceVersion: string) => Change<K>): void => {
    log.push(change(`${epoch}.${++count}`))
    if (log.length > changesMax) log.shift()
  }

  const list = (namespace?: string): Listing<K> => {
    const all = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { found }]) => found)
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
    // One after another: each compares with what the one before it saw. What waits to begin is everybody's.
    refresh: () => {
      nextScan ??= scanning
        .catch(() => undefined)
        .then(() => {
          nextScan = undefined
          scanning = look()
          return scanning
        })
      return nextScan
    },
    refreshFile: (place) => {
      lookingAtFiles = lookingAtFiles.catch(() => undefined).then(() => lookAtFile(place))
      return lookingAtFiles
    },
    list,
    watch,
    close: () => {
      isClosed = true
      for (const wake of waiting) wake()
    },
  }
}

const setOrDelete = <T>(map: Map<string, T>, id: string, value: T | undefined): void => {
  if (value === undefined) map.delete(id)
  else map.set(id, value)
}
