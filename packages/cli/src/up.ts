import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Workloads } from '@mcp-sentinel/resources/workloads'
import { startControlPlane } from './control-plane.ts'
import { guardedServer } from './guarded-server.ts'
import { startPipeline } from './pipeline.ts'
import { sampleServer, seedResources } from './sample-resources.ts'
import { createShowCalls } from './show-calls.ts'
import { createSupervisor } from './supervisor.ts'
import { createTellPolicy, short } from './tell-policy.ts'
import { workspaceAssistantPart } from './workspace-assistant-part.ts'

export interface UpOptions {
  /** Where everything is kept. */
  readonly directory: string
  /** Where clients come; 0 takes any that is free. */
  readonly port: number
  readonly print: (line: string) => void
}

export interface Up {
  readonly url: string
  /** Where the sample's resources are, for people and tools to edit. */
  readonly resources: string
  /** What runs, and what may be done with it. */
  readonly workloads: Workloads
  /** Makes the sample's calls and follows their decisions into the store; true when all came out as they should. */
  readonly show: () => Promise<boolean>
  /** From now on the calls are made again whenever another policy is in force. */
  readonly follow: () => void
  readonly close: () => Promise<void>
}

const { name, namespace } = sampleServer
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Brings up the stack of one machine: engines and pipeline here, the sample server behind a sidecar of its own. */
export const up = async ({ directory, port, print }: UpOptions): Promise<Up> => {
  const parts = new AsyncDisposableStack()
  try {
    let isUp = false
    let isFollowing = false
    const resources = join(directory, 'resources')
    await seedResources(resources)
    const controlPlane = await startControlPlane({
      folder: resources,
      report: (faults) => {
        for (const fault of faults) print(`  resources/${fault}`)
        if (isUp) print('      what was there before stays in force')
      },
    })
    parts.defer(controlPlane.close)
    const supervisor = createSupervisor({ folder: resources, report: (line) => print(`  ${line}`) })
    parts.defer(supervisor.close)

    const began = performance.now()
    const apiKey = randomBytes(24).toString('base64url')
    const pipeline = await startPipeline({ directory, apiKey, run: supervisor.run })
    parts.defer(pipeline.close)
    // Before the pipeline lets go of the log that they write to and read.
    parts.defer(supervisor.close)
    print(
      `  engines     ClickHouse ✓  log ✓   services  ingest ✓  processor ✓   ${seconds(performance.now() - began)}`,
    )

    const sample = workspaceAssistantPart(sampleServer)
    await supervisor.run(sample.part)
    const policySource = await controlPlane.sourceOf(sampleServer)
    const gateway = guardedServer({
      server: sampleServer,
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: '0',
        UPSTREAM_URL: sample.origin(),
        STRIP_PREFIX: `/${name}`,
        POLICY_URL: policySource.url,
        POLICY_TOKEN: policySource.token,
        MCP_SERVER_NAME: name,
        MCP_SERVER_NAMESPACE: namespace,
        ANALYTICS_INGEST_URL: pipeline.ingestUrl,
        ANALYTICS_API_KEY: apiKey,
        SPOOL_DIRECTORY: join(directory, 'servers', name, 'spool'),
        SHUTDOWN_TIMEOUT: '2s',
      },
    })
    await supervisor.run(gateway.part)

    const url = `http://127.0.0.1:${gateway.port()}/${name}/mcp`
    const policy = () => controlPlane.policies.current(sampleServer)?.document
    const show = createShowCalls({ url, store: pipeline.store, policy, print })
    const telling = createTellPolicy({
      folder: resources,
      folderName: basename(resources),
      statusUrl: gateway.statusUrl(),
      print,
      afterwards: async () => {
        if (isFollowing) await show()
      },
    })
    const leave = controlPlane.policies.subscribe(sampleServer, (change) => void telling.tell(change))
    parts.defer(async () => leave())
    await telling.first
    isUp = true
    print(`  guarded     ${name}  ← sidecar at ${url}, policy ${short(policy()?.revision)}`)

    return {
      url,
      resources,
      workloads: supervisor.workloads,
      show,
      follow: () => {
        isFollowing = true
      },
      close: () => parts.disposeAsync(),
    }
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
}
