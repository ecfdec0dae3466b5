import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { type MCPServerStatus, ResourceError, type ResourceStore } from '@mcp-sentinel/resources'
import type { Workloads } from '@mcp-sentinel/resources/workloads'
import { apiPart } from './api-part.ts'
import { startControlPlane } from './control-plane.ts'
import { dashboardPart } from './dashboard-part.ts'
import { below, openFrontDoor, proxyTo } from './front-door.ts'
import { guardedServer } from './guarded-server.ts'
import type { Login } from './logins.ts'
import { startPipeline } from './pipeline.ts'
import { sampleServer, seedResources } from './sample-resources.ts'
import { createShowCalls } from './show-calls.ts'
import { createSupervisor } from './supervisor.ts'
import { createTellPolicy, short } from './tell-policy.ts'
import { workspaceAssistantPart } from './workspace-assistant-part.ts'

export interface UpOptions {
  /** Where everything is kept. */
  readonly directory: string
  /** Where clients and browsers come; 0 takes any that is free. */
  readonly port: number
  /** Whether those who log in get other passwords; else only when they are made. */
  readonly newPasswords?: boolean
  readonly print: (line: string) => void
}

export interface Up {
  /** Of the guarded sample. */
  readonly url: string
  /** Of pages and API. */
  readonly origin: string
  /** Made in this run; the passwords are told nowhere else. */
  readonly logins: readonly Login[]
  /** Of an administrator of the API, for this run. */
  readonly adminKey: string
  /** Of who tells ingest what was decided, for this run. */
  readonly ingestKey: string
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
export const up = async ({ directory, port, print, newPasswords = false }: UpOptions): Promise<Up> => {
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
    const ingestKey = randomBytes(24).toString('base64url')
    const pipeline = await startPipeline({ directory, apiKey: ingestKey, run: supervisor.run })
    parts.defer(pipeline.close)
    // Before the pipeline lets go of the log that they write to and read.
    parts.defer(supervisor.close)
    const adminKey = randomBytes(24).toString('base64url')
    const door = await openFrontDoor(port)
    parts.defer(door.close)
    const origin = `http://localhost:${door.port}`
    const api = apiPart({
      directory,
      adminKey,
      newPasswords,
      store: pipeline.store,
      log: pipeline.log,
      resources: controlPlane.store,
      workloads: supervisor.workloads,
      mcpBaseUrl: origin,
      serverUrlOf: ({ metadata }) =>
        metadata.name === name && metadata.namespace === namespace ? `${origin}/${name}/mcp` : undefined,
    })
    await supervisor.run(api.part)
    door.lead('/api', api.handle)
    const ingest = proxyTo(() => Number(new URL(pipeline.ingestUrl).port))
    door.lead('/ingest', below('/ingest', ingest))
    const dashboard = dashboardPart({ apiOrigin: api.origin })
    await supervisor.run(dashboard.part)
    door.lead('/', dashboard.handle)
    const took = seconds(performance.now() - began)
    print('  engines     ClickHouse ✓  Postgres ✓  log ✓')
    print(`  services    ingest ✓  processor ✓  api ✓  dashboard ✓   ${took}`)

    const sample = workspaceAssistantPart(sampleServer)
    await supervisor.run(sample.part)
    const policySource = await controlPlane.sourceOf(sampleServer)
    const gateway = guardedServer({
      server: sampleServer,
      env: {
        HOST: '127.0.0.1',
        PORT: '0',
        METRICS_PORT: '0',
        UPSTREAM_URL: sample.origin(),
        STRIP_PREFIX: `/${name}`,
        POLICY_URL: policySource.url,
        POLICY_TOKEN: policySource.token,
        MCP_SERVER_NAME: name,
        MCP_SERVER_NAMESPACE: namespace,
        ANALYTICS_INGEST_URL: pipeline.ingestUrl,
        ANALYTICS_API_KEY: ingestKey,
        SPOOL_DIRECTORY: join(directory, 'servers', name, 'spool'),
        SHUTDOWN_TIMEOUT: '2s',
      },
    })
    await supervisor.run(gateway.part)
    door.lead(`/${name}`, proxyTo(gateway.port))

    const url = `${origin}/${name}/mcp`
    const policy = () => controlPlane.policies.current(sampleServer)?.document
    const show = createShowCalls({ url, store: pipeline.store, policy, print })
    const telling = createTellPolicy({
      folder: resources,
      folderName: basename(resources),
      statusUrl: gateway.statusUrl(),
      print,
      arrived: (policyRevision) => writeGuarded(controlPlane.store, policyRevision),
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
      origin,
      logins: api.logins(),
      adminKey,
      ingestKey,
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

/** As an operator does where there is a cluster. */
const writeGuarded = async (store: ResourceStore, policyRevision: string): Promise<void> => {
  const status: MCPServerStatus = {
    phase: 'Ready',
    message: 'guarded on this machine',
    deploymentReady: true,
    serviceReady: true,
    ingressReady: true,
    gatewayReady: true,
    policyReady: true,
    policyRevision,
  }
  await store.writeStatus('MCPServer', sampleServer, status).catch((error: unknown) => {
    // Of a server that is not there, or cannot be read, all else has been told.
    if (!(error instanceof ResourceError)) throw error
  })
}
