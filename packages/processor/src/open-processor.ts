import assert from 'node:assert/strict'
import { createKafkaClient, createKafkaTopics } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import {
  type ClickHouse,
  createClickHouse,
  createEventWriter,
  migrate,
} from '@mcp-sentinel/events/clickhouse'
import { type Logger, type Metrics, saslOf, type Tracer } from '@mcp-sentinel/service'
import { clickhouseUrl, type Settings } from './config.ts'
import type { Opened } from './late-processor.ts'
import { createProcessor } from './processor.ts'

const application = 'mcp-processor'
/** A dead letter is the record that died, and why. */
const letterBytesMax = 4 * 1024 ** 2
/** Of each partition, fetched and not read yet: there may be many. */
const bufferBytesMax = 1024 ** 2

const kafkaOf = (settings: Settings) =>
  createKafkaClient({
    clientId: application,
    brokers: settings.KAFKA_BROKERS,
    tls: settings.KAFKA_TLS,
    sasl: saslOf(settings),
  })

const clickhouseOf = (settings: Settings, database: string): ClickHouse => {
  const url = clickhouseUrl(settings)
  assert(url !== null, 'settings were not checked')
  return createClickHouse({ url, database, application })
}

export interface Telling {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracer: Tracer
}

/** A processor on the engines that the settings name. Closes them with itself, and when it cannot be opened. */
export const openProcessor = async (settings: Settings, telling: Telling): Promise<Opened> => {
  const { KAFKA_TOPIC: topic, KAFKA_DEAD_TOPIC, KAFKA_GROUP: group } = settings
  const engines = new AsyncDisposableStack()
  try {
    const kafka = kafkaOf(settings)
    const store = clickhouseOf(settings, settings.CLICKHOUSE_DB)
    engines.defer(store.close)
    const deadLetters = await createKafkaLog({
      kafka,
      topic: KAFKA_DEAD_TOPIC,
      entryBytesMax: letterBytesMax,
    })
    engines.defer(deadLetters.close)
    const log = await createKafkaLog({ kafka, topic, bufferBytesMax })
    engines.defer(log.close)
    const processor = await createProcessor({
      log,
      deadLetters,
      writer: createEventWriter({ store, topic, owner: crypto.randomUUID() }),
      topic,
      group,
      ...telling,
      logRetentionMs: settings.LOG_RETENTION,
      stalledAfterMs: settings.STALLED_AFTER,
      limits: {
        rowsMax: settings.BATCH_SIZE,
        bytesMax: settings.BATCH_BYTES_MAX,
        ageMsMax: settings.FLUSH_INTERVAL,
      },
    })
    engines.defer(() => processor.close())
    return { check: processor.check, close: () => engines.disposeAsync() }
  } catch (error) {
    await engines.disposeAsync()
    throw error
  }
}

export interface Migrated {
  readonly migrations: readonly number[]
  readonly topics: readonly string[]
}

/** Makes what the processor needs to be there: topics, and the tables of the store. */
export const migrateEngines = async (settings: Settings): Promise<Migrated> => {
  const { KAFKA_PARTITIONS: partitions, KAFKA_REPLICAS: replicas, LOG_RETENTION: retentionMs } = settings
  const topics = await createKafkaTopics(kafkaOf(settings), [
    { topic: settings.KAFKA_TOPIC, partitions, replicas, retentionMs },
    { topic: settings.KAFKA_DEAD_TOPIC, partitions: 1, replicas, messageBytesMax: letterBytesMax },
  ])
  const [store, server] = [clickhouseOf(settings, settings.CLICKHOUSE_DB), clickhouseOf(settings, 'default')]
  try {
    return { topics, migrations: await migrate({ store, server, retentionDays: settings.RETENTION_DAYS }) }
  } finally {
    await store.close()
    await server.close()
  }
}
