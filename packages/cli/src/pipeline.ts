import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import type { EventLog } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createClickHouse, createEventWriter, migrate } from '@mcp-sentinel/events/clickhouse'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createProcessor, type ProcessorObserver } from '@mcp-sentinel/processor'
import { createLogger, type Tracer } from '@mcp-sentinel/service'

export interface Logs {
  readonly events: EventLog
  /** For records that cannot be stored. */
  readonly dead: EventLog
}

/** Files of this machine. */
export const openSegmentLogs = async (directory: string): Promise<Logs> => ({
  events: await createSegmentLog({ directory: join(directory, 'log') }),
  dead: await createSegmentLog({ directory: join(directory, 'dead') }),
})

export interface PipelineOptions {
  readonly directory: string
  readonly apiKey: string
  /** Closed with the pipeline. */
  readonly logs?: Logs
  readonly topic?: string
  /** Of ingest; 0 takes any that is free. */
  readonly port?: number
  readonly observers?: readonly ProcessorObserver[]
  readonly tracer?: Tracer
}

/** The whole way of an event: ingest, log, processor and ClickHouse, in this process and one child. */
export const startPipeline = async (options: PipelineOptions) => {
  const { directory, apiKey, topic = 'mcp.events', port = 0, observers, tracer } = options
  const parts = new AsyncDisposableStack()
  const logger = createLogger({ service: 'pipeline', level: 'warn' })

  const engine = await createEmbeddedClickHouse({ dataDirectory: join(directory, 'clickhouse') })
  parts.defer(engine.close)
  const connect = (database: string) => {
    const client = createClickHouse({ url: new URL(engine.url), database, application: 'pipeline' })
    parts.defer(client.close)
    return client
  }
  const store = connect('mcp')
  await migrate({ store, server: connect('default') })

  const { events: log, dead } = options.logs ?? (await openSegmentLogs(directory))
  parts.defer(dead.close)
  parts.defer(log.close)
  const writer = createEventWriter({ store, topic, owner: crypto.randomUUID() })
  const limits = { ageMsMax: 50 }
  const group = 'mcp-sentinel-processor'
  const common = { log, topic, logger, tracer }
  const processor = await createProcessor({ ...common, group, deadLetters: dead, writer, observers, limits })
  parts.defer(() => processor.close())
  const authenticate = createAuthenticate({ apiKeys: createApiKeys([apiKey]) })
  const ingest = createIngest({ ...common, authenticate })
  parts.defer(ingest.close)

  const address = await ingest.app.listen({ host: '127.0.0.1', port })
  return {
    store,
    clickhouseUrl: engine.url,
    enginePid: engine.pid,
    ingestUrl: `${address}/events`,
    close: () => parts.disposeAsync(),
  }
}
