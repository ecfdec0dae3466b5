import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { EmbeddedError } from '../errors.ts'
import type { Announcement, Instructions } from './instructions.ts'

export interface EngineProcess {
  readonly pid: number
  readonly port: number
  /** Resolved when it is no more, with how it ended. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

export interface StartOptions {
  readonly module: URL
  readonly instructions: Instructions
  readonly startDeadlineMs: number
  /** For queries that run, before it is ended without waiting for them. */
  readonly stopDeadlineMs: number
}

/** Resolves when it answers on its port. Rejects, with no process left behind, when it does not come to that. */
export const startEngineProcess = async (options: StartOptions): Promise<EngineProcess> => {
  const { module, instructions, startDeadlineMs, stopDeadlineMs } = options
  const child = fork(fileURLToPath(module), {
    // Its own, so that nothing of this process's changes what it does. Sessions and files wait on these threads.
    env: { UV_THREADPOOL_SIZE: '24', TZ: 'UTC' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const ended = endOf(child)
  // One that died at once cannot be told; how it ended says more than that.
  child.send(instructions, () => {})
  const beginning = await beginningOf(child, ended, startDeadlineMs)
  if (beginning.kind === 'ready') {
    const { pid = 0 } = child
    return { pid, port: beginning.port, ended, stop: () => stop(child, ended, stopDeadlineMs) }
  }
  child.kill('SIGKILL')
  const how = await ended
  if (beginning.kind === 'failed') throw new EmbeddedError(beginning.code, beginning.message)
  const why = beginning.kind === 'late' ? `it was not ready after ${startDeadlineMs} ms` : `it ${how}`
  throw new EmbeddedError('engine_not_started', `ClickHouse did not start: ${why}`)
}

type Beginning = Announcement | { readonly kind: 'ended' | 'late' }

const beginningOf = (child: ChildProcess, ended: Promise<string>, deadlineMs: number): Promise<Beginning> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => settle({ kind: 'late' }), deadlineMs)
    const settle = (beginning: Beginning): void => {
      clearTimeout(timer)
      resolve(beginning)
    }
    child.once('message', (announcement: Announcement) => settle(announcement))
    void ended.then(() => settle({ kind: 'ended' }))
  })

const lastWordsCharactersMax = 2_000

/** How it ended, with the last that it said: the engine's own reports go there. */
const endOf = (child: ChildProcess): Promise<string> => {
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-lastWordsCharactersMax)
  })
  return new Promise((resolve) => {
    const end = (how: string): void => resolve(words === '' ? how : `${how}, and said: ${words.trim()}`)
    child.once('error', (error) => end(`could not run: ${error.message}`))
    child.once('close', (code, signal) => end(signal ? `was killed by ${signal}` : `ended with ${code}`))
  })
}

const stop = async (child: ChildProcess, ended: Promise<string>, deadlineMs: number): Promise<void> => {
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
}
