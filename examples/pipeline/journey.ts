import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createIds, type EventSink, type RequestRecord } from '@mcp-sentinel/events'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool } from '@mcp-sentinel/events/adapters/spool'
import { newestEvents, type StoredEvent } from '@mcp-sentinel/events/clickhouse'
import { startPipeline } from './pipeline.ts'

/** Milliseconds since the decision. */
export interface Stages {
  readonly spooled: number
  readonly logged: number
  readonly stored: number
  readonly asked: number
}

/** A pipeline with a gateway's spool before it, which tells when an event came where. */
export const startJourneys = async (directory: string) => {
  const passed = new EventEmitter().setMaxListeners(0)
  const apiKey = createIds(Date.now)()
  const pipeline = await startPipeline({
    directory,
    apiKey,
    observers: [
      {
        flushed: ({ inserted }) => {
          for (const { decisionId } of inserted) passed.emit(`stored ${decisionId}`)
        },
      },
    ],
  })
  const http = createHttpSink({ url: pipeline.ingestUrl, apiKey })
  const sink: EventSink = {
    ...http,
    write: async (events) => {
      const delivery = await http.write(events)
      for (const event of events)
        passed.emit(`logged ${JSON.parse(Buffer.from(event).toString()).payload.decision_id}`)
      return delivery
    },
  }
  const spool = await createSpool({
    directory: join(directory, 'spool'),
    producer: 'mcp-servers/workspace-assistant/local',
    source: 'mcp-gateway',
    sink,
  })

  /** Records a decision and follows it until a query brings it back. */
  const follow = async (
    record: RequestRecord,
  ): Promise<{ readonly stages: Stages; readonly row: StoredEvent | undefined }> => {
    const id = record.decision_id
    const began = performance.now()
    const since = (): number => performance.now() - began
    const logged = once(passed, `logged ${id}`).then(since)
    const stored = once(passed, `stored ${id}`).then(since)
    if (!spool.record(record)) throw new Error('the spool has no room')
    const spooled = since()
    const stages = { spooled, logged: await logged, stored: await stored }
    const { events } = await newestEvents(pipeline.store, { filter: { decision_id: id }, limit: 1 })
    return { stages: { ...stages, asked: since() }, row: events[0] }
  }

  return {
    ingestUrl: pipeline.ingestUrl,
    follow,
    close: async () => {
      await spool.close()
      await pipeline.close()
    },
  }
}
