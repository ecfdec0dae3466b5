import { setTimeout as wait } from 'node:timers/promises'
import { createClient, type StreamedEvent } from '@mcp-sentinel/contract/client'
import { type EventLog, encodeEnvelope, logHeaders } from '@mcp-sentinel/events'
import type { Asked } from './asking.ts'
import { foreignNamespace, namespace } from './topology.ts'

const producePauseMs = 100
const comeBackMs = 500

export interface Producer {
  /** Ids of what the log has acknowledged, of both tenants. */
  readonly own: ReadonlySet<string>
  readonly foreign: ReadonlySet<string>
  readonly stop: () => Promise<void>
}

/** Appends to the log again and again, each event until it is acknowledged. */
export const startProducer = (log: EventLog): Producer => {
  const stopping = new AbortController()
  const [own, foreign] = [new Set<string>(), new Set<string>()]
  const appendOf = async (id: string, of: string): Promise<void> => {
    const call = { rpc_method: 'tools/call', server: 'payments', tool_name: 'refund', decision: 'allow' }
    const entry = {
      key: `${of}/${own.size % 8}`,
      value: encodeEnvelope({
        ...{ timestamp: new Date().toISOString(), source: 'gateway', event_type: 'mcp.request' },
        payload: JSON.stringify({ ...call, namespace: of, human_id: 'anna', agent_id: 'coder' }),
      }),
      headers: { [logHeaders.eventId]: id },
      receivedAtMs: Date.now(),
    }
    for (;;) {
      const isTaken = await log.append([entry]).then(
        () => true,
        () => false,
      )
      if (isTaken) return
      await wait(producePauseMs)
    }
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const [set, of] of [
        [own, namespace],
        [foreign, foreignNamespace],
      ] as const) {
        const id = crypto.randomUUID()
        await appendOf(id, of)
        set.add(id)
      }
      await wait(producePauseMs)
    }
  }
  const running = run()
  return {
    own,
    foreign,
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

export interface Viewer {
  /** In the order in which they were told, and again where a stream was begun anew. */
  readonly seen: () => ReadonlySet<string>
  /** Told twice by one stream. */
  readonly twice: () => number
  /** Reasons of streams that were ended, and how many events were dropped. */
  readonly ended: () => readonly string[]
  readonly dropped: () => number
  readonly stop: () => Promise<void>
}

/** Watches, and comes back with the last id whenever the stream ends or is refused, as browsers do. */
export const startViewer = async (origin: string, headers: Asked['headers']): Promise<Viewer> => {
  const client = createClient({ baseUrl: `${origin}/api`, headers: () => headers })
  const stopping = new AbortController()
  const { signal } = stopping
  const seen = new Set<string>()
  const ended: string[] = []
  let [twice, dropped] = [0, 0]
  let lastEventId: string | undefined
  const live = Promise.withResolvers<void>()

  const followOnce = async (): Promise<void> => {
    const inThisStream = new Set<string>()
    for await (const told of client.analytics.live({}, { signal, lastEventId })) {
      lastEventId = told.id ?? lastEventId
      const { name, data } = told as StreamedEvent<never> as { name: string; data: Record<string, unknown> }
      if (name === 'live') live.resolve()
      if (name === 'ended') ended.push(String(data['reason']))
      if (name === 'dropped') dropped += Number(data['count'])
      if (name !== 'event') continue
      const id = String(data['id'])
      if (inThisStream.has(id)) twice += 1
      inThisStream.add(id)
      seen.add(id)
    }
  }
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await followOnce().catch(() => {})
      await wait(comeBackMs, undefined, { signal }).catch(() => {})
    }
  }
  const running = run()
  await live.promise
  return {
    seen: () => seen,
    twice: () => twice,
    ended: () => ended,
    dropped: () => dropped,
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
