import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createClickHouse, createEventWriter, migrate } from '@mcp-sentinel/events/clickhouse'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createProcessor, type ProcessorObserver } from '@mcp-sentinel/processor'
import { createLogger } from '@mcp-sentinel/service'

const topic = 'mcp.events'

export interface PipelineOptions {
  readonly directory: string
  readonly apiKey: string
  /** Of ingest; 0 takes any that is free. */
  readonly port?: number
  readonly observers?: readonly ProcessorObserver[]
}

/** The whole way of an event on one machine: ingest, log, processor and ClickHouse, in this process and one child. */
export const startPipeline = async ({ directory, apiKey, port = 0, observers = [] }: PipelineOptions) => {
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
  const log = await createSegmentLog({ directory: join(directory, 'log') })
  parts.defer(log.close)
  const deadLetters = await createSegmentLog({ directory: join(directory, 'dead') })
  parts.defer(deadLetters.close)
  const writer = createEventWriter({ store, topic, owner: crypto.randomUUID() })
  const processor = await createProcessor({
    log,
    deadLetters,
    writer,
    topic,
    logger,
    observers,
    group: 'mcp-sentinel-processor',
    limits: { ageMsMax: 50 },
  })
  parts.defer(() => processor.close())
  const ingest = createIngest({
    log,
    logger,
    authenticate: createAuthenticate({ apiKeys: createApiKeys([apiKey]) }),
  })
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
