import { rename } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { EmbeddedClickHouse } from '@mcp-sentinel/embedded'
import type { RunningEngine } from '../../scripts/engines/engine.ts'

export const engineNames = ['accounts', 'store', 'log', 'resources'] as const
export type EngineName = (typeof engineNames)[number]

/** What the API answers for each while it is away. */
export const codeOf: Readonly<Record<EngineName, string>> = {
  accounts: 'platform_unavailable',
  store: 'analytics_unavailable',
  log: 'analytics_unavailable',
  resources: 'resources_unavailable',
}

/** `gone` refuses, as after a SIGKILL; `hung` takes connections and answers nothing, as after a SIGSTOP. */
export type Way = 'gone' | 'hung'

/** One that can be taken away; resolves to what brings it back. */
export type Take = (way: Way) => Promise<() => Promise<void>>

export const takeServer =
  (engine: RunningEngine): Take =>
  async (way) => {
    if (way === 'hung') {
      await engine.freeze()
      return engine.thaw
    }
    await engine.kill()
    return engine.restart
  }

/** Its parent starts it again whenever it dies: it is killed until it is wanted back. */
export const takeClickHouse =
  (engine: EmbeddedClickHouse): Take =>
  async (way) => {
    const pid = engine.pid()
    if (way === 'hung') {
      process.kill(pid, 'SIGSTOP')
      return async () => void process.kill(pid, 'SIGCONT')
    }
    const wanted = new AbortController()
    const killing = (async () => {
      while (!wanted.signal.aborted) {
        killIfThere(engine.pid())
        await wait(20)
      }
    })()
    return async () => {
      wanted.abort()
      await killing
    }
  }

const killIfThere = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It died before.
  }
}

/** As a volume that is not mounted any more. */
export const takeFolder =
  (folder: string): Take =>
  async () => {
    const elsewhere = `${folder}-away`
    await rename(folder, elsewhere)
    return () => rename(elsewhere, folder)
  }
