import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

export interface Respawned {
  /** Kills it by SIGKILL; it is started again at once. */
  readonly kill: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface RespawnOptions {
  readonly module: URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly onMessage?: (message: unknown) => void
  /** What it writes to its standard error, for when the campaign fails. */
  readonly said: (text: string) => void
}

/** A process that is started again whenever it ends, as a cluster would. */
export const respawn = (options: RespawnOptions): Respawned => {
  const { module, args = [], env = {}, onMessage, said } = options
  let isClosed = false

  const start = (): ChildProcess => {
    const child = fork(module, args, {
      env: { ...process.env, ...env },
      execArgv: ['--conditions=@mcp-sentinel/source', '--disable-warning=TimeoutNegativeWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child.stdout?.on('data', (chunk) => said(String(chunk)))
    child.stderr?.on('data', (chunk) => said(String(chunk)))
    if (onMessage !== undefined) child.on('message', onMessage)
    return child
  }
  let current = start()
  const keep = async (): Promise<void> => {
    while (!isClosed) {
      await once(current, 'exit')
      if (isClosed) return
      await wait(50)
      current = start()
    }
  }
  const keeping = keep()

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const child = current
    const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    kill: () => end('SIGKILL'),
    close: async () => {
      isClosed = true
      await end('SIGTERM')
      await keeping
    },
  }
}
