import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePorts } from '../../scripts/engines/free-ports.ts'
import { respawn } from './respawned.ts'
import type { Topology } from './topology.ts'

interface State {
  readonly clickhouseUrl: string
  readonly enginePid: number
}

/** Ingest, segment log and processor live and die together; ClickHouse beside them dies alone, or with them. */
export const startOneMachine = async (folder: string, said: (text: string) => void): Promise<Topology> => {
  const [port = 0] = await freePorts(1)
  const apiKey = randomBytes(24).toString('base64url')
  let state: State | undefined
  const pipeline = respawn({
    module: new URL('./one-machine.ts', import.meta.url),
    args: [join(folder, 'pipeline'), apiKey, String(port)],
    onMessage: (message) => {
      state = message as State
    },
    said,
  })
  return {
    name: 'one machine, segment log',
    ingestUrl: `http://127.0.0.1:${port}/events`,
    apiKey,
    clickhouseUrl: () => state?.clickhouseUrl,
    victims: [
      {
        name: 'pipeline',
        kill: async () => {
          state = undefined
          await pipeline.kill()
        },
      },
      {
        name: 'clickhouse',
        kill: async () => {
          const { enginePid } = state ?? {}
          if (enginePid !== undefined) killIfThere(enginePid)
        },
      },
    ],
    close: pipeline.close,
  }
}

/** It may have died by itself in between, with the process that it belongs to. */
export const killIfThere = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
