import { hash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { PolicySource } from '../policy-source.ts'
import { createLastGood, readPolicy } from './last-good.ts'
import { readWhole } from './whole-file.ts'

export interface FilePolicyOptions {
  /** Begin without a policy when the file is not there yet or is no policy: nothing is allowed until it is. */
  readonly waitForFirst?: boolean | undefined
  /** How often the file is looked at, whether or not the system tells of changes. */
  readonly pollIntervalMs?: number | undefined
  readonly bytesMax?: number | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

/** An editor that does not write beside the file and rename is done by then, mostly. */
const settleMs = 50

/**
 * A policy in a YAML or JSON file, in force shortly after it has changed. Its folder is watched rather than itself, so
 * that another file in its place is noticed: an editor's, or a ConfigMap's, which changes by a link beside it.
 */
export const filePolicy = async (file: string, options: FilePolicyOptions = {}): Promise<PolicySource> => {
  // Once: what a name means must not change with the folder that the process works in.
  const path = resolve(file)
  const { waitForFirst = false, pollIntervalMs = 5000, bytesMax = 16 * 1024 ** 2, clock = Date.now } = options
  const good = createLastGood(clock)
  /** Of the bytes that were judged last, good or not. */
  let judged: string | undefined
  let reading: Promise<void> | undefined
  let isDue = false
  let settling: NodeJS.Timeout | undefined
  let watcher: FSWatcher | undefined
  let isClosed = false

  const judge = async (isSecond = false): Promise<void> => {
    const file = await readWhole(path, bytesMax)
    if (!file.ok) {
      judged = undefined
      good.fail(file.why)
      return
    }
    const digest = hash('sha256', file.bytes)
    if (digest === judged) return
    const text = textOf(file.bytes)
    const read =
      text === undefined ? { ok: false as const, why: `${path}: is not UTF-8` } : readPolicy(text, path)
    if (!read.ok && !isSecond) {
      // It may not be written to its end.
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      return judge(true)
    }
    judged = digest
    if (read.ok) good.accept(read.document)
    else good.fail(read.why)
  }

  /** One at a time; what changes meanwhile is looked at afterwards. */
  const reload = (): void => {
    isDue = true
    reading ??= (async () => {
      while (isDue && !isClosed) {
        isDue = false
        await judge()
      }
      reading = undefined
    })()
  }

  /** Anew each time: by now there may be another folder of that name. */
  const listen = (): void => {
    watcher?.close()
    try {
      const opened = watch(dirname(path), { persistent: false }, () => {
        settling ??= setTimeout(() => {
          settling = undefined
          reload()
        }, settleMs).unref()
      })
      watcher = opened.on('error', () => opened.close())
    } catch {
      // No such folder, or too many watchers: the file is looked at now and then all the same.
      watcher = undefined
    }
  }

  const polling = setInterval(() => {
    listen()
    reload()
  }, pollIntervalMs).unref()
  const close = async (): Promise<void> => {
    isClosed = true
    clearInterval(polling)
    clearTimeout(settling)
    watcher?.close()
    await reading
  }

  // Before the first reading: what changes during it is noticed.
  listen()
  reload()
  await reading
  if (good.current() === undefined && !waitForFirst) {
    await close()
    throw new GatewayError('policy_unreadable', good.status().lastError ?? path)
  }
  return { current: good.current, onChange: good.onChange, status: good.status, close }
}

const textOf = (bytes: Buffer): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
