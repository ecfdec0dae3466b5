import { type Admin, type ConfigResourceTypes, Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { EventError } from '../errors.ts'
import { eventErrorOf } from './kafka-errors.ts'
import { kafkaTopicSettings } from './kafka-log.ts'

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

export interface KafkaClientOptions {
  readonly clientId: string
  /** `host:port`. */
  readonly brokers: readonly string[]
  readonly tls?: boolean | undefined
  readonly sasl?:
    | {
        readonly mechanism: (typeof saslMechanisms)[number]
        readonly username: string
        readonly password: string
      }
    | undefined
}

/** Brokers as our services speak to them: briefly patient, since whoever asks asks again. */
export const createKafkaClient = ({ clientId, brokers, tls = false, sasl }: KafkaClientOptions): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    ssl: tls,
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    // What goes wrong is told by the errors that it ends in.
    logLevel: logLevel.NOTHING,
  })

export interface KafkaTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicas: number
  readonly messageBytesMax?: number | undefined
  readonly retentionMs?: number | undefined
}

/**
 * Creates the topics that are not there; resolves to their names. One that is there is left as it is, and rejected with
 * `log_unfit` where events would be refused in it or lose their times.
 */
export const createKafkaTopics = async (
  kafka: Kafka,
  topics: readonly KafkaTopic[],
): Promise<readonly string[]> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const there = new Set(await admin.listTopics())
    const missing = topics.filter(({ topic }) => !there.has(topic))
    await mustFit(
      admin,
      topics.filter(({ topic }) => there.has(topic)),
    )
    if (missing.length > 0) await admin.createTopics({ waitForLeaders: true, topics: missing.map(wanted) })
    return missing.map(({ topic }) => topic)
  } catch (error) {
    throw error instanceof EventError ? error : eventErrorOf(error, 'the topics')
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/** Node finds no name of this by itself in what kafkajs exports. */
const topicResource = 2 as ConfigResourceTypes.TOPIC
const sizeName = 'max.message.bytes'
const timeName = 'message.timestamp.type'

const mustFit = async (admin: Admin, topics: readonly KafkaTopic[]): Promise<void> => {
  if (topics.length === 0) return
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({
      type: topicResource,
      name: topic,
      configNames: [sizeName, timeName],
    })),
  })
  const faults = topics.flatMap(({ topic, messageBytesMax = Number(kafkaTopicSettings[sizeName]) }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
    const settingOf = (name: string) => entries.find(({ configName }) => configName === name)?.configValue
    const [size, time] = [Number(settingOf(sizeName)), settingOf(timeName)]
    return [
      ...(size < messageBytesMax ? [`${topic}: ${sizeName} is ${size}, and must be ${messageBytesMax}`] : []),
      ...(time === 'CreateTime' ? [] : [`${topic}: ${timeName} is ${time}, and must be CreateTime`]),
    ]
  })
  if (faults.length > 0) throw new EventError('log_unfit', faults.join('; '))
}

const wanted = ({ topic, partitions, replicas, messageBytesMax, retentionMs }: KafkaTopic) => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replicas,
  configEntries: Object.entries({
    ...kafkaTopicSettings,
    ...(messageBytesMax === undefined ? {} : { 'max.message.bytes': String(messageBytesMax) }),
    ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
  }).map(([name, value]) => ({ name, value })),
})
