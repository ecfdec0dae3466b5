import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface GuardedServerOptions {
  /** What the sidecar is told by its environment; nothing of ours is handed on besides. */
  readonly env: Readonly<Record<string, string>>
  /** What it logs that somebody should read. */
  readonly report: (line: string) => void
}

export interface GuardedServer {
  readonly port: number
  /** Which policy it judges by. */
  readonly statusUrl: string
  readonly close: () => Promise<void>
}

const startMs = 15_000
const endMs = 20_000
const againMs = 250

/** A sidecar in a process of its own, started again when it dies: it never shares an event loop with the engines. */
export const startGuardedServer = async ({ env, report }: GuardedServerOptions): Promise<GuardedServer> => {
  let isClosing = false
  let running = await start(env, report)
  const { port, metricsPort } = running

  const keep = async (): Promise<void> => {
    for (;;) {
      if (isAlive(running.child)) await once(running.child, 'exit')
      if (isClosing) return
      report('the sidecar died, and is started again')
      await wait(againMs)
      running = await start({ ...env, PORT: String(port), METRICS_PORT: String(metricsPort) }, report)
    }
  }
  const kept = keep().catch((error) => report(`the sidecar could not be started again: ${error.message}`))

  return {
    port,
    statusUrl: `http://127.0.0.1:${metricsPort}/config/status`,
    close: async () => {
      isClosing = true
      const { child } = running
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
      await kept
      clearTimeout(timer)
    },
  }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

interface Running {
  readonly child: ChildProcess
  readonly port: number
  readonly metricsPort: number
}

/** One that was killed with its parent may hold its files for a moment more. */
const start = async (env: GuardedServerOptions['env'], report: (line: string) => void): Promise<Running> => {
  const deadline = Date.now() + startMs
  for (;;) {
    try {
      return await startOnce(env, report)
    } catch (error) {
      if (!(error instanceof StillHeld) || Date.now() > deadline) throw error
      await wait(againMs)
    }
  }
}

class StillHeld extends Error {}

const startOnce = async (
  env: GuardedServerOptions['env'],
  report: (line: string) => void,
): Promise<Running> => {
  const main = fileURLToPath(import.meta.resolve('@mcp-sentinel/cli/sidecar'))
  const ends = import.meta.resolve('@mcp-sentinel/cli/end-with-parent')
  const child = spawn(process.execPath, [...process.execArgv, '--import', ends, main], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.stderr?.on('data', (chunk) => report(String(chunk).trim()))
  try {
    return { child, ...(await guarding(child, report)) }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

type Ports = Omit<Running, 'child'>

/** Reads its log from here on; resolves to the ports where it guards and where it tells how it is. */
const guarding = (child: ChildProcess, report: (line: string) => void): Promise<Ports> =>
  new Promise((resolve, reject) => {
    let metricsPort = 0
    const timer = setTimeout(() => reject(new Error('the sidecar did not start in time')), startMs)
    const read = (line: string): void => {
      const { level, msg, port, err } = parsed(line)
      const listening = /^Server listening at \S+:(\d+)$/.exec(String(msg))?.[1]
      if (listening !== undefined) metricsPort = Number(listening)
      else if (msg === 'guarding' && typeof port === 'number') resolve({ port, metricsPort })
      else if (err?.code === 'EADDRINUSE') reject(new Error(`port ${err.port} is in use`))
      else if (err?.code === 'segment_locked') reject(new StillHeld(err.message))
      else if (level === 'warn' || level === 'error' || level === 'fatal') report(line)
    }
    if (child.stdout) createInterface({ input: child.stdout }).on('line', read)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the sidecar ended with ${code ?? signal}`))
    })
  })

interface LogLine {
  readonly level?: unknown
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
