import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { policy } from './policy.ts'

export interface SidecarOptions {
  /** Of this sidecar alone: its policy, its spool. */
  readonly folder: string
  readonly upstreamUrl: string
  /** Without it nothing is written down. */
  readonly ingestUrl?: string | undefined
  readonly port?: number | undefined
  readonly nodeArgs?: readonly string[] | undefined
}

export interface Sidecar {
  readonly url: string
  readonly port: number
  /** Of the process since it began, in µs. */
  readonly cpuUs: () => Promise<number>
  readonly kill: () => Promise<void>
  /** Ends it as a cluster would: what is open is finished, and all records are shipped. */
  readonly close: () => Promise<void>
}

const main = new URL('../../packages/gateway/src/main.ts', import.meta.url)
const tellsCpu = new URL('tells-cpu.ts', import.meta.url)

/** The gateway's own program, from its sources, as a process of its own. */
export const startSidecar = async (options: SidecarOptions): Promise<Sidecar> => {
  const { folder, upstreamUrl, ingestUrl, port = 0, nodeArgs = [] } = options
  const policyFile = join(folder, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy))
  const child = fork(main, [], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: '0',
      UPSTREAM_URL: new URL(upstreamUrl).origin,
      POLICY_FILE: policyFile,
      MCP_SERVER_NAME: 'bench',
      MCP_SERVER_NAMESPACE: 'benches',
      ...(ingestUrl === undefined
        ? {}
        : { ANALYTICS_INGEST_URL: ingestUrl, SPOOL_DIRECTORY: join(folder, 'spool') }),
    },
    execArgv: ['--conditions=@mcp-sentinel/source', '--import', tellsCpu.href, ...nodeArgs],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const taken = await portOf(child)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    url: `http://127.0.0.1:${taken}/mcp`,
    port: taken,
    cpuUs: async () => {
      const told = once(child, 'message')
      child.send('cpu')
      const [{ cpuUs }] = (await told) as [{ readonly cpuUs: number }]
      return cpuUs
    },
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGTERM')
      if (child.exitCode !== 0) throw new Error(`the sidecar ended with ${child.exitCode}`)
    },
  }
}

const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.once('exit', (code) => reject(new Error(`the sidecar ended with ${code}: ${said}`)))
    child.stdout?.on('data', (chunk) => {
      if (said.includes('"started"')) return
      said += String(chunk)
      if (said.includes('"started"')) resolve(Number(/"port":(\d+)/.exec(said)?.[1]))
    })
  })
