import { type FSWatcher, watch as watchFiles } from 'node:fs'

/** An editor that does not write beside the file and rename is done by then, mostly. */
const settleMs = 50

/** Tells when the files may have changed, for as long as somebody listens. */
export const listening = (root: string, pollIntervalMs: number, tell: () => void) => {
  let listeners = 0
  let polling: NodeJS.Timeout | undefined
  let settling: NodeJS.Timeout | undefined
  let watcher: FSWatcher | undefined

  const hear = (): void => {
    if (watcher !== undefined) return
    try {
      const opened = watchFiles(root, { persistent: false, recursive: true }, () => {
        settling ??= setTimeout(() => {
          settling = undefined
          tell()
        }, settleMs).unref()
      })
      watcher = opened.on('error', () => {
        opened.close()
        watcher = undefined
      })
    } catch {
      // Too many watchers: the files are looked at now and then all the same.
      watcher = undefined
    }
  }
  const close = (): void => {
    clearInterval(polling)
    clearTimeout(settling)
    watcher?.close()
    watcher = undefined
    settling = undefined
  }
  return {
    listen: (): (() => void) => {
      if (listeners++ === 0) {
        hear()
        polling = setInterval(() => {
          hear()
          tell()
        }, pollIntervalMs).unref()
      }
      return () => {
        if (--listeners === 0) close()
      }
    },
    close,
  }
}
