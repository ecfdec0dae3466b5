import { createConnection } from 'node:net'
import { EventError, type EventLog } from '@mcp-sentinel/events'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { type HealthCheck, saslOf } from '@mcp-sentinel/service'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import type { Settings } from './config.ts'
import { createLateLog } from './late-log.ts'

export interface OpenedLog {
  readonly log: Pick<EventLog, 'append' | 'close'>
  readonly checks: readonly HealthCheck[]
}

/** The log that the settings name: on Kafka where there are brokers, else the files of this machine. */
export const openLog = async (settings: Settings): Promise<OpenedLog> => {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, LOG_DIRECTORY: directory = '.' } = settings
  if (brokers.length === 0) {
    const log = await createSegmentLog({ directory, bytesMax: settings.LOG_BYTES_MAX })
    return { log, checks: [] }
  }
  const kafka = kafkaOf(settings)
  return { log: createLateLog(() => createKafkaLog({ kafka, topic })), checks: [anyBrokerAnswers(brokers)] }
}

const kafkaOf = (settings: Settings): Kafka => {
  const { KAFKA_BROKERS, KAFKA_TLS } = settings
  const sasl = saslOf(settings)
  return new Kafka({
    clientId: 'mcp-ingest',
    brokers: [...KAFKA_BROKERS],
    ssl: KAFKA_TLS,
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Senders wait for an answer, and send again when there is none: long patience here helps nobody.
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    // What goes wrong is told by the errors that it ends in.
    logLevel: logLevel.NOTHING,
  })
}

const anyBrokerAnswers = (brokers: readonly string[]): HealthCheck => ({
  name: 'kafka',
  error: 'kafka_unavailable',
  deadlineMs: 2_000,
  check: async (signal) => {
    try {
      await Promise.any(brokers.map((broker) => dial(broker, signal)))
    } catch (cause) {
      throw new EventError('log_unavailable', 'no broker takes a connection', { cause, retryable: true })
    }
  },
})

const dial = (broker: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`tcp://${broker}`)
    const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), signal })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
