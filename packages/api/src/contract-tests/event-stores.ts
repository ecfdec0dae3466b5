import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { type ClickHouse, createClickHouse, migrate } from '@mcp-sentinel/events/clickhouse'

export interface TestEvent {
  /** A UUID; another one for each where it is left out. */
  readonly id?: string
  readonly timestampMs: number
  /** Where in the log it stands; the next offset of the first partition where it is left out. */
  readonly place?: { readonly partition: number; readonly offset: number }
  readonly source?: string
  readonly event_type?: string
  readonly trace_id?: string
  /** Text, where it is to be none that is JSON. */
  readonly payload: Readonly<Record<string, unknown>> | string
}

/** A migrated store of its own engine. */
export interface TestStore {
  /** As a reader, like the API. */
  readonly store: ClickHouse
  /** In the order of the log, each at its own offset. */
  readonly fill: (events: readonly TestEvent[]) => Promise<void>
  /** As it was at first. */
  readonly empty: () => Promise<void>
  /** Whoever asks afterwards finds nobody there. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

export const openTestStore = async (): Promise<TestStore> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'api-events-'))
  const engine = await createEmbeddedClickHouse({ dataDirectory })
  const connect = (url: string, database: string) =>
    createClickHouse({ url: new URL(url), database, application: 'api-test' })
  const server = connect(engine.url, 'default')
  const writer = connect(engine.url, 'mcp')
  const reader = connect(engine.readerUrl, 'mcp')
  await migrate({ store: writer, server })
  let offset = 0
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= engine.close()
    return stopped
  }
  return {
    store: reader,
    fill: async (events) => {
      const lines = events.map(({ timestampMs, source = 'gateway', event_type = 'mcp.request', ...more }) => {
        const { id = crypto.randomUUID(), trace_id = '', payload } = more
        const { place = { partition: 0, offset: offset++ } } = more
        return JSON.stringify({
          timestamp: new Date(timestampMs).toISOString().slice(0, -1),
          ...{ id, trace_id, source, event_type },
          payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
          log_topic: 'mcp.events',
          log_partition: place.partition,
          log_offset: place.offset,
        })
      })
      await writer.insert(
        'INSERT INTO events (timestamp, id, trace_id, source, event_type, payload, log_topic, log_partition, log_offset) FORMAT JSONEachRow',
        [Buffer.from(lines.join('\n'))],
        {},
      )
    },
    empty: async () => {
      await writer.command('TRUNCATE TABLE events')
      offset = 0
    },
    stop,
    close: async () => {
      await Promise.all([server, writer, reader].map((client) => client.close()))
      await stop()
      await rm(dataDirectory, { recursive: true })
    },
  }
}

/** A call of a tool, as gateways tell of it. */
export const toolCall = (timestampMs: number, told: Readonly<Record<string, unknown>> = {}): TestEvent => ({
  timestampMs,
  payload: {
    rpc_method: 'tools/call',
    namespace: 'mcp-team-red',
    server: 'payments',
    tool_name: 'refund',
    human_id: 'anna',
    agent_id: 'coder',
    session_id: 's-1',
    decision: 'allow',
    reason: 'allowed',
    latency_ms: 4,
    ...told,
  },
})
