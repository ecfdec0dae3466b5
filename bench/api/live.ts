import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createApi } from '@mcp-sentinel/api'
import { openSegmentLogs, startPipeline } from '@mcp-sentinel/cli/pipeline'
import { createClient } from '@mcp-sentinel/contract/client'
import { createLogger } from '@mcp-sentinel/service'
import { makeEvents } from '../pipeline/events.ts'

/** Events that come in besides, a second. */
const backgroundPerS = 1_000
const apiKey = randomBytes(24).toString('base64url')

/** Milliseconds from the beginning of `POST /events`, sorted. */
export interface LiveTimes {
  /** Until it is answered: what a viewer cannot be told much sooner than. */
  readonly answered: readonly number[]
  /** Until a viewer is told of the event. */
  readonly told: readonly number[]
}

export const liveMs = async (samples: number): Promise<LiveTimes> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-live-'))
  const logs = await openSegmentLogs(directory)
  const pipeline = await startPipeline({ directory, apiKey, logs })
  const admin = { role: 'admin', identity: 'service_api_key', keyId: 'key-0', teams: [], scopes: [] } as const
  const api = createApi({
    authenticate: async () => admin,
    logger: createLogger({ service: 'api', level: 'warn' }),
    version: '0.0.0',
    store: pipeline.store,
    log: logs.events,
  })
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const stopping = new AbortController()
  const post = async (type: string, body: Buffer): Promise<void> => {
    const headers = { 'content-type': type, 'x-api-key': apiKey }
    const response = await fetch(pipeline.ingestUrl, { method: 'POST', headers, body })
    await response.body?.cancel()
    if (response.status !== 202) throw new Error(`ingest answered ${response.status}`)
  }
  const others = async (): Promise<void> => {
    const newline = Buffer.from('\n')
    while (!stopping.signal.aborted) {
      const lines = makeEvents(backgroundPerS / 20).flatMap(({ bytes }) => [bytes, newline])
      await post('application/x-ndjson', Buffer.concat(lines))
      await wait(50)
    }
  }

  const sent = new Map<string, number>()
  const measured: number[] = []
  const answered: number[] = []
  const all = Promise.withResolvers<void>()
  const watch = async (): Promise<void> => {
    const { analytics } = createClient({ baseUrl: `${origin}/api` })
    const options = { signal: stopping.signal }
    for await (const { name, data } of analytics.live({}, options)) {
      if (name !== 'event' || !('payload' in data)) continue
      const { decision_id: id } = data.payload as { readonly decision_id?: string }
      const at = sent.get(id ?? '')
      if (at !== undefined) measured.push(performance.now() - at)
      if (measured.length === samples) all.resolve()
    }
  }
  const watching = watch().catch((error: unknown) => {
    if (!stopping.signal.aborted) all.reject(error)
  })
  const background = others()
  try {
    // Until compilers are done, they are what is measured.
    await wait(4_000)
    for (const { bytes, decisionId } of makeEvents(samples)) {
      const began = performance.now()
      sent.set(decisionId, began)
      await post('application/json', bytes)
      answered.push(performance.now() - began)
      await wait(5)
    }
    await all.promise
    const sorted = (times: number[]) => times.sort((a, b) => a - b)
    return { answered: sorted(answered), told: sorted(measured) }
  } finally {
    stopping.abort()
    await Promise.all([background, watching])
    await api.close()
    await pipeline.close()
    await rm(directory, { recursive: true })
  }
}
