import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RequestRecord } from '@mcp-sentinel/events'
import { newestEvents, type StoredEvent } from '@mcp-sentinel/events/clickhouse'
import { compile } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { parsePolicyText } from '@mcp-sentinel/policy/text'
import { startGuardedServer } from './guarded-server.ts'
import { startPipeline } from './pipeline.ts'
import { type Called, makeSampleCall, sampleCaller, sampleCalls } from './sample-calls.ts'
import { samplePolicy } from './sample-policy.ts'
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
  readonly policyFile: string
  /** Makes the sample's calls and follows their decisions into the store; true when all came out as they should. */
  readonly show: () => Promise<boolean>
  readonly close: () => Promise<void>
}

const server = 'workspace-assistant'
const namespace = 'mcp-servers'
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Brings up the stack of one machine: engines and pipeline here, the sample server behind a sidecar of its own. */
export const up = async ({ directory, port, print }: UpOptions): Promise<Up> => {
  const parts = new AsyncDisposableStack()
  try {
    const folder = join(directory, 'servers', server)
    await mkdir(folder, { recursive: true })
    const policyFile = join(folder, 'policy.yaml')
    if (!existsSync(policyFile)) await writeFile(policyFile, samplePolicy)

    const began = performance.now()
    const apiKey = randomBytes(24).toString('base64url')
    const pipeline = await startPipeline({ directory, apiKey })
    parts.defer(pipeline.close)
    print(
      `  engines     ClickHouse ✓  log ✓   services  ingest ✓  processor ✓   ${seconds(performance.now() - began)}`,
    )

    const sample = await startWorkspaceAssistant()
    parts.defer(sample.close)
    const sidecar = await startGuardedServer({
      report: print,
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: '0',
        UPSTREAM_URL: sample.origin,
        STRIP_PREFIX: `/${server}`,
        POLICY_FILE: policyFile,
        MCP_SERVER_NAME: server,
        MCP_SERVER_NAMESPACE: namespace,
        ANALYTICS_INGEST_URL: pipeline.ingestUrl,
        ANALYTICS_API_KEY: apiKey,
        SPOOL_DIRECTORY: join(folder, 'spool'),
        SHUTDOWN_TIMEOUT: '2s',
      },
    })
    parts.defer(sidecar.close)
    const url = `http://127.0.0.1:${sidecar.port}/${server}/mcp`
    print(`  guarded     ${server}  ← sidecar at ${url}`)

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
        const called = await makeSampleCall(url, call)
        const row = await stored(called)
        print('')
        print(`  ${sampleCaller.agent} → ${call.tool.padEnd(16)} ${said(called, row)}`)
        if (called.isRefused) {
          print(`      the caller reads: ${called.text}`)
          const remedy = await remedyOf(policyFile, called)
          if (remedy !== undefined) print(`      would pass: ${remedy}`)
        }
        isAsExpected &&= row?.decision === call.expect && called.isRefused === (call.expect === 'deny')
      }
      return isAsExpected
    }
    return { url, policyFile, show, close: () => parts.disposeAsync() }
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

/** What would make a refused call pass, by the policy as it stands in its file. */
const remedyOf = async (policyFile: string, { call, at }: Called): Promise<string | undefined> => {
  const parsed = parsePolicyText(await readFile(policyFile, 'utf8'))
  if (!parsed.ok) return undefined
  const request = { ...sampleCaller, method: 'tools/call', target: call.tool, arguments: call.arguments }
  return explain(compile(parsed.value), request, at).remedy?.says
}
