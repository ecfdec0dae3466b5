import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RequestRecord } from '@mcp-sentinel/events'
import { newestEvents, type StoredEvent } from '@mcp-sentinel/events/clickhouse'
import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { startControlPlane } from './control-plane.ts'
import { startGuardedServer } from './guarded-server.ts'
import { startPipeline } from './pipeline.ts'
import { type Called, makeSampleCall, sampleCaller, sampleCalls } from './sample-calls.ts'
import { sampleServer, seedResources } from './sample-resources.ts'
import { createTellPolicy, short } from './tell-policy.ts'
import { startWorkspaceAssistant } from './workspace-assistant.ts'

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
  /** Makes the sample's calls and follows their decisions into the store; true when all came out as they should. */
  readonly show: () => Promise<boolean>
  /** From now on the calls are made again whenever another policy is in force. */
  readonly follow: () => void
  readonly close: () => Promise<void>
}

const { name: server, namespace } = sampleServer
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Brings up the stack of one machine: engines and pipeline here, the sample server behind a sidecar of its own. */
export const up = async ({ directory, port, print }: UpOptions): Promise<Up> => {
  const parts = new AsyncDisposableStack()
  try {
    const resources = join(directory, 'resources')
    await seedResources(resources)
    let isUp = false
    const controlPlane = await startControlPlane({
      folder: resources,
      report: (faults) => {
        for (const fault of faults) print(`  resources/${fault}`)
        if (isUp) print('      what was there before stays in force')
      },
    })
    parts.defer(controlPlane.close)

    const began = performance.now()
    const apiKey = randomBytes(24).toString('base64url')
    const pipeline = await startPipeline({ directory, apiKey })
    parts.defer(pipeline.close)
    print(
      `  engines     ClickHouse ✓  log ✓   services  ingest ✓  processor ✓   ${seconds(performance.now() - began)}`,
    )

    const sample = await startWorkspaceAssistant()
    parts.defer(sample.close)
    const policySource = await controlPlane.sourceOf(sampleServer)
    const sidecar = await startGuardedServer({
      report: print,
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: '0',
        UPSTREAM_URL: sample.origin,
        STRIP_PREFIX: `/${server}`,
        POLICY_URL: policySource.url,
        POLICY_TOKEN: policySource.token,
        MCP_SERVER_NAME: server,
        MCP_SERVER_NAMESPACE: namespace,
        ANALYTICS_INGEST_URL: pipeline.ingestUrl,
        ANALYTICS_API_KEY: apiKey,
        SPOOL_DIRECTORY: join(directory, 'servers', server, 'spool'),
        SHUTDOWN_TIMEOUT: '2s',
      },
    })
    parts.defer(sidecar.close)
    const url = `http://127.0.0.1:${sidecar.port}/${server}/mcp`
    let isFollowing = false
    const policy = createTellPolicy({
      folder: resources,
      folderName: basename(resources),
      statusUrl: sidecar.statusUrl,
      print,
      afterwards: async () => {
        if (isFollowing) await show()
      },
    })
    const leave = controlPlane.policies.subscribe(sampleServer, (change) => void policy.tell(change))
    parts.defer(async () => leave())
    await policy.first
    isUp = true
    const revision = controlPlane.policies.current(sampleServer)?.document.revision
    print(`  guarded     ${server}  ← sidecar at ${url}, policy ${short(revision)}`)

    const stored = async ({ traceId }: Called) => {
      for (const deadline = Date.now() + storedWithinMs; Date.now() < deadline; await wait(10)) {
        const filter = { trace_id: traceId, rpc_method: 'tools/call' }
        const { events } = await newestEvents(pipeline.store, { filter, limit: 1 })
        if (events[0] !== undefined) return events[0]
      }
      return undefined
    }

    const show = async (): Promise<boolean> => {
      let isAsExpected = true
      for (const call of sampleCalls) {
        const begins = `  ${sampleCaller.agent} → ${call.tool.padEnd(16)}`
        print('')
        const called = await makeSampleCall(url, call).catch((error: Error) => error)
        if (called instanceof Error) {
          print(`${begins} could not be called: ${called.message}`)
          isAsExpected = false
          continue
        }
        const row = await stored(called)
        print(`${begins} ${said(called, row)}`)
        if (called.isRefused) {
          print(`      the caller reads: ${called.text}`)
          const remedy = remedyOf(controlPlane.policies.current(sampleServer)?.document, called)
          if (remedy !== undefined) print(`      would pass: ${remedy}`)
        }
        isAsExpected &&= row?.decision === call.expect && called.isRefused === (call.expect === 'deny')
      }
      return isAsExpected
    }
    return {
      url,
      resources,
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

const storedWithinMs = 10_000

/** What became of a call, and when its record could be read. */
const said = ({ isRefused, at }: Called, row: StoredEvent | undefined): string => {
  const verdict = isRefused ? 'refused' : 'allowed'
  if (row === undefined) return `${verdict}   not stored within ${seconds(storedWithinMs)}`
  const { matched_grant: grant, latency_ms: ms } = JSON.parse(row.payload) as RequestRecord
  const why = isRefused ? row.reason : `grant ${grant}`
  return `${verdict}   ${why.padEnd(20)} ${ms.toFixed(1).padStart(6)} ms   stored after ${Date.now() - at} ms`
}

/** What would make a refused call pass, by the policy as it stands now. */
const remedyOf = (document: PolicyDocument | undefined, { call, at }: Called): string | undefined => {
  if (document === undefined) return undefined
  const request = { ...sampleCaller, method: 'tools/call', target: call.tool, arguments: call.arguments }
  return explain(compile(document), request, at).remedy?.says
}
