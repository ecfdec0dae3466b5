import { type FSWatcher, lstatSync, readdirSync, watch as watchFiles } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { isNamespace } from './places.ts'

/** An editor that does not write beside the file and rename is done by then, mostly. */
const settleMs = 50

/** When more have changed at once, all are looked at. */
const filesMax = 64

export interface Ears {
  /** Each file of a kind's folder that may have changed. */
  readonly hearFile: (folder: string, file: string) => void
  /** Anything may have changed. Resolves when it was looked at. */
  readonly hearAll: () => Promise<void>
}

/** Tells what may have changed, for as long as somebody listens. */
export const listenTo = (root: string, pollIntervalMs: number, { hearFile, hearAll }: Ears) => {
  let listeners = 0
  let polling: NodeJS.Timeout | undefined
  let listening: object | undefined
  let settling: NodeJS.Timeout | undefined
  const watchers = new Map<string, FSWatcher>()

  let files = new Map<string, readonly [folder: string, file: string]>()
  let isAnything = false

  const heard = (folder: string, file: string | null): void => {
    // In a kind's folder lie files; elsewhere folders may have come and gone.
    if (file === null || relative(root, folder).split(sep).length < 2 || files.size >= filesMax)
      isAnything = true
    else files.set(join(folder, file), [folder, file])
    settling ??= setTimeout(settled, settleMs).unref()
  }
  const settled = (): void => {
    settling = undefined
    const changed = files
    files = new Map()
    if (isAnything) void look()
    else for (const [folder, file] of changed.values()) hearFile(folder, file)
  }
  /** New folders are heard before they are looked into, so that nothing falls between. */
  const look = (): Promise<void> => {
    isAnything = false
    hear()
    return hearAll()
  }
  /** Of many files it takes long: so seldom that it never takes more than a twentieth of the time. */
  const poll = async (turn: object): Promise<void> => {
    const began = performance.now()
    await look()
    const restMs = (performance.now() - began) * 19
    // Who has listened since begins a turn of their own.
    if (turn === listening) pollAfter(Math.max(pollIntervalMs, restMs), turn)
  }
  const pollAfter = (ms: number, turn: object): void => {
    polling = setTimeout(poll, ms, turn).unref()
  }

  /** One watcher a folder: of a whole tree, Node no longer tells once its files have been renamed over. */
  const hear = (): void => {
    const folders = foldersIn(root)
    for (const [id, watcher] of watchers) if (!folders.has(id)) forget(id, watcher)
    for (const [id, folder] of folders) {
      if (watchers.has(id)) continue
      try {
        const watcher = watchFiles(folder, { persistent: false }, (_, file) => heard(folder, file))
        watchers.set(id, watcher)
        watcher.on('error', () => forget(id, watcher))
      } catch {
        // Too many watchers: the files are looked at now and then all the same.
        return
      }
    }
  }
  const forget = (id: string, watcher: FSWatcher): void => {
    watcher.close()
    if (watchers.get(id) === watcher) watchers.delete(id)
  }
  const close = (): void => {
    listening = undefined
    clearTimeout(polling)
    clearTimeout(settling)
    for (const [id, watcher] of watchers) forget(id, watcher)
    settling = undefined
  }
  return {
    listen: (): (() => void) => {
      if (listeners++ === 0) {
        hear()
        listening = {}
        pollAfter(pollIntervalMs, listening)
      }
      return () => {
        if (--listeners === 0) close()
      }
    },
    close,
  }
}

/** The folder, its namespaces and their kinds; a folder that was made anew in the place of another is another. */
const foldersIn = (root: string): ReadonlyMap<string, string> => {
  const namespaces = namesIn(root).filter(isNamespace)
  const kinds = namespaces.flatMap((namespace) =>
    namesIn(join(root, namespace)).map((kind) => join(root, namespace, kind)),
  )
  const paths = [root, ...namespaces.map((namespace) => join(root, namespace)), ...kinds]
  return new Map(paths.flatMap((path) => idOf(path).map((id) => [id, path] as const)))
}

const namesIn = (folder: string): readonly string[] => {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
}

const idOf = (path: string): readonly string[] => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats === undefined ? [] : [`${stats.dev} ${stats.ino} ${path}`]
}
