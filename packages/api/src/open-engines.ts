import type { EventLog } from '@mcp-sentinel/events'
import { createKafkaClient } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { type ClickHouse, createClickHouse } from '@mcp-sentinel/events/clickhouse'
import type { ResourceStore } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { saslOf } from '@mcp-sentinel/service'
import { clickhouseUrl, type Settings } from './config.ts'

const application = 'mcp-api'

export interface OpenedEngines {
  readonly store: ClickHouse | undefined
  readonly log: EventLog | undefined
  readonly logTopic: string
  readonly resources: ResourceStore | undefined
  readonly close: () => Promise<void>
}

/** The engines that the settings name. One that does not answer yet is asked when it is needed. */
export const openEngines = async (settings: Settings): Promise<OpenedEngines> => {
  const { RESOURCES_DIRECTORY: folder, CLICKHOUSE_DB: database, KAFKA_TOPIC: logTopic } = settings
  const url = clickhouseUrl(settings)
  const resources = folder === undefined ? undefined : await directoryStore(folder)
  const store = url && createClickHouse({ url, database, application })
  const log = settings.KAFKA_BROKERS.length > 0 ? lateLog(() => openLog(settings)) : undefined
  return {
    store,
    log,
    logTopic,
    resources,
    close: async () => {
      await Promise.all([log?.close(), store?.close(), resources?.close()])
    },
  }
}

const openLog = (settings: Settings): Promise<EventLog> => {
  const { KAFKA_BROKERS: brokers, KAFKA_TLS: tls, KAFKA_TOPIC: topic } = settings
  return createKafkaLog({
    kafka: createKafkaClient({ clientId: application, brokers, tls, sasl: saslOf(settings) }),
    topic,
  })
}

/** Opened when somebody first watches, and again when that failed: the API starts while Kafka is away. */
const lateLog = (open: () => Promise<EventLog>): EventLog => {
  let opening: Promise<EventLog> | undefined
  const opened = (): Promise<EventLog> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    append: async (entries) => (await opened()).append(entries),
    consume: async (group) => (await opened()).consume(group),
    tail: async (...how) => (await opened()).tail(...how),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  }
}
