import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startPipeline } from '@mcp-sentinel/cli/pipeline'
import { newestEvents } from '@mcp-sentinel/events/clickhouse'
import { makeEvents } from './events.ts'

/** Events that come in besides, a second. */
const backgroundPerS = 1_000
const apiKey = randomBytes(24).toString('base64url')

/** Milliseconds from the beginning of `POST` to the first query that finds the event, sorted. */
export const visibleMs = async (samples: number): Promise<readonly number[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-visible-'))
  const pipeline = await startPipeline({ directory, apiKey })
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
  const background = others()
  try {
    const measured: number[] = []
    for (const { bytes, decisionId } of makeEvents(samples)) {
      const began = performance.now()
      await post('application/json', bytes)
      const filter = { decision_id: decisionId }
      while ((await newestEvents(pipeline.store, { filter, limit: 1 })).events.length === 0) await wait(5)
      measured.push(performance.now() - began)
    }
    return measured.sort((a, b) => a - b)
  } finally {
    stopping.abort()
    await background
    await pipeline.close()
    await rm(directory, { recursive: true })
  }
}
