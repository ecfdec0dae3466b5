import { createConnection } from 'node:net'
import { EventError, type EventLog } from '@mcp-sentinel/events'
import { createKafkaClient } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { type HealthCheck, saslOf } from '@mcp-sentinel/service'
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
  const kafka = createKafkaClient({
    clientId: 'mcp-ingest',
    brokers,
    tls: settings.KAFKA_TLS,
    sasl: saslOf(settings),
  })
  return { log: createLateLog(() => createKafkaLog({ kafka, topic })), checks: [anyBrokerAnswers(brokers)] }
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
