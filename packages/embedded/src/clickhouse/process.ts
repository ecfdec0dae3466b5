import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
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
  const lastWords = tailOf(child)
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal ? `killed by ${signal}` : `ended with ${code}`,
  )
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), startDeadlineMs)
  try {
    child.send(instructions)
    const announcement = await Promise.race([
      once(child, 'message', { signal: deadline.signal }).then(([said]) => said as Announcement),
      ended.then((how) => notStarted(`it ${how} before it was ready${lastWords()}`)),
    ])
    if (announcement.kind === 'failed') throw new EmbeddedError(announcement.code, announcement.message)
    return {
      pid: child.pid ?? 0,
      port: announcement.port,
      ended,
      stop: () => stop(child, ended, stopDeadlineMs),
    }
  } catch (error) {
    child.kill('SIGKILL')
    await ended
    if (deadline.signal.aborted)
      throw notStarted(`it was not ready after ${startDeadlineMs} ms${lastWords()}`)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const stop = async (child: ChildProcess, ended: Promise<string>, deadlineMs: number): Promise<void> => {
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
}

const notStarted = (why: string): never => {
  throw new EmbeddedError('engine_not_started', `ClickHouse did not start: ${why}`)
}

const tailCharactersMax = 2_000

const tailOf = (child: ChildProcess): (() => string) => {
  let tail = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-tailCharactersMax)
  })
  return () => (tail === '' ? '' : `; it said: ${tail.trim()}`)
}
