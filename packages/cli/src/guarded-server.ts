import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ObjectKey } from '@mcp-sentinel/resources'
import type { Part, Running } from './supervised/part.ts'

export interface GuardedServerOptions {
  readonly server: ObjectKey
  /** What the sidecar is told by its environment; nothing of ours is handed on besides. */
  readonly env: Readonly<Record<string, string>>
}

export interface GuardedServer {
  readonly part: Part
  /** Once it has started. */
  readonly port: () => number
  /** Tells which policy it judges by. */
  readonly statusUrl: () => string
}

const startMs = 15_000
const endMs = 20_000
const againMs = 250

/** A sidecar in a process of its own: it never shares an event loop with the engines. */
export const guardedServer = ({ server, env }: GuardedServerOptions): GuardedServer => {
  // Where it was before, it is again.
  let ports: Ports | undefined
  const known = (): Ports => {
    if (ports === undefined) throw new Error('the sidecar has not started')
    return ports
  }
  const start = async (log: (line: string) => void): Promise<Running> => {
    const again =
      ports === undefined ? {} : { PORT: String(ports.port), METRICS_PORT: String(ports.metricsPort) }
    const { child, ...started } = await startUnlessHeld({ ...env, ...again }, log)
    ports = started
    const ended = isAlive(child)
      ? once(child, 'exit').then(howOf)
      : Promise.resolve(howOf([child.exitCode, null]))
    return {
      ended,
      check: async () => {
        const response = await fetch(`http://127.0.0.1:${started.port}/ready`)
        return response.ok ? undefined : await response.text()
      },
      close: async () => {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
        await ended
        clearTimeout(timer)
      },
    }
  }
  const { namespace, name } = server
  return {
    part: { key: `${name}-gateway`, display: `Gateway of ${name}`, namespace, start },
    port: () => known().port,
    statusUrl: () => `http://127.0.0.1:${known().metricsPort}/config/status`,
  }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
const howOf = ([code, signal]: readonly unknown[]): string => String(code ?? signal)

interface Ports {
  readonly port: number
  readonly metricsPort: number
}

type Started = Ports & { readonly child: ChildProcess }

/** One that was killed with its parent may hold its files for a moment more. */
const startUnlessHeld = async (
  env: GuardedServerOptions['env'],
  log: (line: string) => void,
): Promise<Started> => {
  const deadline = Date.now() + startMs
  for (;;) {
    try {
      return await startOnce(env, log)
    } catch (error) {
      if (!(error instanceof StillHeld) || Date.now() > deadline) throw error
      await wait(againMs)
    }
  }
}

class StillHeld extends Error {}

const startOnce = async (env: GuardedServerOptions['env'], log: (line: string) => void): Promise<Started> => {
  const main = fileURLToPath(import.meta.resolve('@mcp-sentinel/cli/sidecar'))
  const ends = import.meta.resolve('@mcp-sentinel/cli/end-with-parent')
  const child = spawn(process.execPath, [...process.execArgv, '--import', ends, main], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  log(`process ${child.pid}\n`)
  child.stderr?.on('data', (chunk) => log(String(chunk)))
  try {
    return { child, ...(await guarding(child, log)) }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** Reads its log from here on; resolves to the ports where it guards and where it tells how it is. */
const guarding = (child: ChildProcess, log: (line: string) => void): Promise<Ports> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the sidecar did not start in time')), startMs).unref()
    let metricsPort = 0
    const read = (line: string): void => {
      const { msg, port, err } = parsed(line)
      const listening = /^Server listening at \S+:(\d+)$/.exec(String(msg))?.[1]
      if (listening !== undefined) metricsPort = Number(listening)
      else if (msg === 'guarding' && typeof port === 'number') resolve({ port, metricsPort })
      // These two are told by who waits for the start.
      if (err?.code === 'EADDRINUSE') reject(new Error(`port ${err.port} is in use`))
      else if (err?.code === 'segment_locked') reject(new StillHeld(err.message))
      else log(line)
    }
    if (child.stdout) createInterface({ input: child.stdout }).on('line', read)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the sidecar ended with ${code ?? signal}`))
    })
  })

interface LogLine {
  readonly msg?: unknown
  readonly port?: unknown
  readonly err?: { readonly code?: unknown; readonly port?: unknown; readonly message?: string }
}

const parsed = (line: string): LogLine => {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
