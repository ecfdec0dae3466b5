import { join } from 'node:path'
import { createEmbeddedClickHouse, type EmbeddedClickHouse } from '@mcp-sentinel/embedded'
import type { EventLog } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createClickHouse, createEventWriter, migrate } from '@mcp-sentinel/events/clickhouse'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createProcessor, type ProcessorObserver } from '@mcp-sentinel/processor'
import { createLogger, type Tracer } from '@mcp-sentinel/service'
import { engineRestart } from './supervised/engine-restart.ts'
import { stackNamespace as namespace, type Run } from './supervised/part.ts'

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
  /** Keeps engine and services running, and closes them before the pipeline is closed. Without, they are only started. */
  readonly run?: Run
}

/** The whole way of an event: ingest, log, processor and ClickHouse, in this process and one child. */
export const startPipeline = async (options: PipelineOptions) => {
  const { directory, apiKey, topic = 'mcp.events', observers, tracer } = options
  const parts = new AsyncDisposableStack()
  const run: Run =
    options.run ??
    (async (part) => {
      const { close } = await part.start((line) => process.stdout.write(line))
      parts.defer(close)
    })
  const loggerOf = (service: string, log: (line: string) => void) =>
    createLogger({ service, level: options.run === undefined ? 'warn' : 'info', destination: { write: log } })

  let engine: EmbeddedClickHouse | undefined
  await run({
    key: 'clickhouse',
    display: 'ClickHouse',
    namespace,
    start: async (log) => {
      const dataDirectory = join(directory, 'clickhouse')
      const started = await createEmbeddedClickHouse({ dataDirectory, report: (line) => log(`${line}\n`) })
      engine = started
      return { close: started.close, ...engineRestart(started) }
    },
  })
  if (engine === undefined) throw new Error('the engine was started')
  const { url, pid } = engine
  const connect = (database: string) => {
    const client = createClickHouse({ url: new URL(url), database, application: 'pipeline' })
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
  await run({
    key: 'processor',
    display: 'Processor',
    namespace,
    start: async (say) => {
      const logger = loggerOf('processor', say)
      const carrying = { log, topic, logger, tracer, group, deadLetters: dead, writer, observers, limits }
      const processor = await createProcessor(carrying)
      const { check } = processor.check
      return {
        close: () => processor.close(),
        check: async () => check(new AbortController().signal).then(noFault, (error: Error) => error.message),
      }
    },
  })
  const authenticate = createAuthenticate({ apiKeys: createApiKeys([apiKey]) })
  let port = options.port ?? 0
  await run({
    key: 'ingest',
    display: 'Ingest',
    namespace,
    start: async (say) => {
      const ingest = createIngest({ log, topic, logger: loggerOf('ingest', say), tracer, authenticate })
      const address = await ingest.app.listen({ host: '127.0.0.1', port })
      port = Number(new URL(address).port)
      const check = async () => {
        const { status } = await fetch(`${address}/ready`)
        return status === 200 ? undefined : `/ready answers ${status}`
      }
      return { close: ingest.close, check }
    },
  })
  return {
    store,
    log,
    clickhouseUrl: url,
    enginePid: pid,
    ingestUrl: `http://127.0.0.1:${port}/events`,
    close: () => parts.disposeAsync(),
  }
}

const noFault = (): undefined => undefined
