import { setTimeout as wait } from 'node:timers/promises'
import type { RequestRecord } from '@mcp-sentinel/events'
import { type ClickHouse, newestEvents, type StoredEvent } from '@mcp-sentinel/events/clickhouse'
import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { type Called, makeSampleCall, sampleCaller, sampleCalls } from './sample-calls.ts'

export interface ShowCallsOptions {
  /** Of the guarded sample. */
  readonly url: string
  /** Where records of calls come to. */
  readonly store: ClickHouse
  /** As it stands now. */
  readonly policy: () => PolicyDocument | undefined
  readonly print: (line: string) => void
}

const storedWithinMs = 10_000

/** Makes the sample's calls and follows their decisions into the store; true when all came out as they should. */
export const createShowCalls = ({ url, store, policy, print }: ShowCallsOptions) => {
  const stored = async ({ traceId }: Called): Promise<StoredEvent | undefined> => {
    for (const deadline = Date.now() + storedWithinMs; Date.now() < deadline; await wait(10)) {
      const filter = { trace_id: traceId, rpc_method: 'tools/call' }
      const { events } = await newestEvents(store, { filter, limit: 1 })
      if (events[0] !== undefined) return events[0]
    }
    return undefined
  }

  return async (): Promise<boolean> => {
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
        const remedy = remedyOf(policy(), called)
        if (remedy !== undefined) print(`      would pass: ${remedy}`)
      }
      isAsExpected &&= row?.decision === call.expect && called.isRefused === (call.expect === 'deny')
    }
    return isAsExpected
  }
}

/** What became of a call, and when its record could be read. */
const said = ({ isRefused, at }: Called, row: StoredEvent | undefined): string => {
  const verdict = isRefused ? 'refused' : 'allowed'
  if (row === undefined) return `${verdict}   not stored within ${storedWithinMs / 1000} s`
  const { matched_grant: grant, latency_ms: ms } = JSON.parse(row.payload) as RequestRecord
  const why = isRefused ? row.reason : `grant ${grant}`
  return `${verdict}   ${why.padEnd(20)} ${ms.toFixed(1).padStart(6)} ms   stored after ${Date.now() - at} ms`
}

/** What would make a refused call pass. */
const remedyOf = (document: PolicyDocument | undefined, { call, at }: Called): string | undefined => {
  if (document === undefined) return undefined
  const request = { ...sampleCaller, method: 'tools/call', target: call.tool, arguments: call.arguments }
  return explain(compile(document), request, at).remedy?.says
}
