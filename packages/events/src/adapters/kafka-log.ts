import { type Admin, type Kafka, Partitioners } from 'kafkajs'
import { EventError } from '../errors.ts'
import type { EventLog, LogRecord, Tail } from '../log.ts'
import { parseGroupName } from './group-file.ts'
import { createAppender, type Sender } from './kafka-append.ts'
import { eventErrorOf } from './kafka-errors.ts'
import { createMember, type GroupDriver, type PartitionState } from './kafka-member.ts'
import { messageOf, recordOf } from './kafka-records.ts'
import { createSilence, type Silence } from './kafka-silence.ts'

export interface KafkaLogOptions {
  /** Brokers, TLS, SASL, timeouts and retries are its caller's. */
  readonly kafka: Kafka
  /** Must be there, with `kafkaTopicSettings`. It is never created here. */
  readonly topic: string
  /** An entry with its key and headers. */
  readonly entryBytesMax?: number | undefined
  /** What is sent at once; the topic's `max.message.bytes` must not be less. */
  readonly batchBytesMax?: number | undefined
  /** What may wait to be sent. */
  readonly pendingBytesMax?: number | undefined
  /** What is fetched of one partition and not read yet. */
  readonly bufferBytesMax?: number | undefined
  /**
   * A member that is silent for so long loses its partitions. Members that were killed hold up every rebalance until
   * then, and one that is killed while it leads a rebalance holds up two. A tail that the brokers do not answer for so
   * long is lost.
   */
  readonly sessionTimeoutMs?: number | undefined
  /** How often a member says that it lives, and learns that the group rebalances. */
  readonly heartbeatIntervalMs?: number | undefined
  /** How long a close waits for brokers that do not answer. */
  readonly closeTimeoutMs?: number | undefined
}

/** What the topic must be created with, so that an event of 1 MiB fits and its time of receipt is kept. */
export const kafkaTopicSettings = {
  'message.timestamp.type': 'CreateTime',
  'max.message.bytes': String(2 * 1024 ** 2),
} as const

const fetchWaitMs = 100

/** The log on Kafka: idempotent appends that all replicas acknowledge, groups as Kafka has them. */
export const createKafkaLog = async (options: KafkaLogOptions): Promise<EventLog> => {
  const { kafka, topic, closeTimeoutMs = 10_000 } = options
  const { entryBytesMax = 1024 ** 2 + 64 * 1024, batchBytesMax = entryBytesMax } = options
  const { pendingBytesMax = 64 * 1024 ** 2, bufferBytesMax = 4 * 1024 ** 2 } = options
  const { sessionTimeoutMs = 10_000, heartbeatIntervalMs = 3_000 } = options
  const open = new Set<{ readonly close: () => Promise<void> }>()
  const admin = kafka.admin()
  const within = (done: Promise<unknown>): Promise<void> => inTime(done, closeTimeoutMs)
  try {
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: [topic] })
  } catch (error) {
    void admin.disconnect().catch(() => {})
    throw eventErrorOf(error, `topic ${topic}`)
  }
  const appender = createAppender(() => createSender(kafka, topic), {
    entryBytesMax,
    batchBytesMax,
    pendingBytesMax,
  })

  const join = (groupId: string): Promise<GroupDriver> => {
    const timing = {
      sessionTimeout: sessionTimeoutMs,
      // Whoever lives joins again with its next heartbeat: what it has fetched waits in a feed, not in its callback.
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
    }
    return joinGroup({ kafka, admin, topic, groupId, timing, within })
  }

  /** What is open is closed with the log, and forgotten when it closes before. */
  const track = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
    const tracked = { ...one, close: () => one.close().finally(() => open.delete(tracked)) }
    open.add(tracked)
    return tracked
  }

  return {
    append: appender.append,
    consume: async (group) =>
      track(createMember({ group, bufferBytesMax, driver: await join(parseGroupName(group)) })),
    tail: async (onRecords, onLost = () => {}) => {
      const groupId = `mcp-sentinel-tail-${crypto.randomUUID()}`
      const driver = await join(groupId)
      const silence = createSilence(sessionTimeoutMs)
      const close = async (): Promise<void> => {
        silence.end()
        await driver.close()
        await within(admin.deleteGroups([groupId]))
      }
      const opened = track<Tail>({ close })
      const standing = followFromEnd(driver, onRecords, silence).then(() => silence.lost(onLost))
      await standing.catch(async (error: unknown) => {
        await opened.close()
        throw error
      })
      return opened
    },
    close: async () => {
      await Promise.all([within(appender.close()), ...[...open].map((one) => one.close())])
      await within(admin.disconnect())
    },
  }
}

/** Waits for what ends something, but not for brokers that are gone; how it fails is of no use to anybody then. */
const inTime = async (done: Promise<unknown>, timeoutMs: number): Promise<void> => {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, timeoutMs)
  await Promise.race([done, late.promise]).catch(() => {})
  clearTimeout(timer)
}

const createSender = async (kafka: Kafka, topic: string): Promise<Sender> => {
  const sentTo = new Set<number>()
  const createPartitioner: typeof Partitioners.DefaultPartitioner = () => {
    const partitionOf = Partitioners.DefaultPartitioner()
    return (message) => {
      const partition = partitionOf(message)
      sentTo.add(partition)
      return partition
    }
  }
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner,
  })
  const close = (): Promise<void> => producer.disconnect().catch(() => {})
  try {
    await producer.connect()
  } catch (error) {
    void close()
    throw error
  }
  return {
    send: async (entries) => {
      sentTo.clear()
      const taken = await producer.send({ topic, acks: -1, messages: entries.map(messageOf) })
      // kafkajs forgets a partition whose leader moves to a broker that has answered for others already.
      const missing = [...sentTo].filter((partition) => !taken.some((one) => one.partition === partition))
      if (missing.length > 0)
        throw new EventError(
          'log_unavailable',
          `no broker took what is for partition ${missing.join(', ')}`,
          {
            retryable: true,
          },
        )
    },
    close,
  }
}

interface JoinOptions {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly topic: string
  readonly groupId: string
  readonly timing: {
    readonly sessionTimeout: number
    readonly rebalanceTimeout: number
    readonly heartbeatInterval: number
  }
  readonly within: (done: Promise<unknown>) => Promise<void>
}

const joinGroup = async (options: JoinOptions): Promise<GroupDriver> => {
  const { kafka, admin, topic, groupId, timing, within } = options
  let isClosed = false
  let running: Promise<void> | undefined
  const consumer = kafka.consumer({
    ...timing,
    groupId,
    maxWaitTimeInMs: fetchWaitMs,
    allowAutoTopicCreation: false,
    // A crash that meets a close would bring back a member that nobody closes.
    retry: { restartOnFailure: async () => !isClosed },
  })
  const { GROUP_JOIN, REBALANCING, CRASH, COMMIT_OFFSETS, FETCH } = consumer.events
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
  } catch (error) {
    void consumer.disconnect().catch(() => {})
    throw eventErrorOf(error, `group ${groupId}`)
  }
  /** kafkajs throws where the consumer has stopped, and tells only then that it has. */
  const whileMember = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      throw eventErrorOf(error, `group ${groupId}`)
    }
  }
  return {
    run: ({ joined, left, failed, fetched, answered = () => {} }) => {
      consumer.on(FETCH, answered)
      consumer.on(GROUP_JOIN, ({ payload }) => joined(payload.memberAssignment[topic] ?? []))
      consumer.on(REBALANCING, left)
      consumer.on(CRASH, ({ payload: { error, restart } }) =>
        restart ? left() : failed(eventErrorOf(error, `group ${groupId}`)),
      )
      running = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset, isStale }) => {
          if (isStale()) return
          fetched(
            batch.partition,
            batch.messages.map((message) => recordOf(batch.partition, message)),
          )
          resolveOffset(batch.lastOffset())
        },
      })
    },
    states: () => statesOf(admin, topic, groupId),
    commit: async (partition, offset, epoch) => {
      const wanted = { partition, offset: String(offset) }
      let generation: number | undefined
      // Of a consumer that has stopped meanwhile kafkajs reports success: only this event says that brokers took it.
      const unlisten = consumer.on(COMMIT_OFFSETS, ({ payload }) => {
        const taken = payload.topics.flatMap(({ partitions }) => partitions)
        if (taken.some((one) => one.partition === partition && String(one.offset) === wanted.offset))
          generation = payload.groupGenerationId
      })
      try {
        await consumer.commitOffsets([{ topic, ...wanted, metadata: `epoch=${epoch}` }])
      } catch (error) {
        throw eventErrorOf(error, `commit of partition ${partition} for group ${groupId}`)
      } finally {
        unlisten()
      }
      if (generation === undefined)
        throw new EventError('claim_lost', `group ${groupId} has lost its member that commits`)
      return generation
    },
    seek: (partition, offset) =>
      whileMember(() => consumer.seek({ topic, partition, offset: String(offset) })),
    pause: (partitions) => whileMember(() => consumer.pause([{ topic, partitions: [...partitions] }])),
    resume: (partitions) => whileMember(() => consumer.resume([{ topic, partitions: [...partitions] }])),
    close: async () => {
      isClosed = true
      // One that is told to end while it joins would join all the same, and stay.
      await within(Promise.resolve(running).then(() => consumer.disconnect()))
    },
  }
}

const statesOf = async (admin: Admin, topic: string, groupId: string): Promise<PartitionState[]> => {
  try {
    const [[committed], bounds] = await Promise.all([
      admin.fetchOffsets({ groupId, topics: [topic] }),
      admin.fetchTopicOffsets(topic),
    ])
    return bounds.map(({ partition, low, high }) => {
      const own = committed?.partitions.find((one) => one.partition === partition)
      const offset = Number(own?.offset ?? -1)
      return {
        partition,
        committed: offset < 0 ? undefined : offset,
        epoch: Number(/^epoch=(\d+)$/.exec(own?.metadata ?? '')?.[1] ?? 0),
        first: Number(low),
        end: Number(high),
      }
    })
  } catch (error) {
    throw eventErrorOf(error, `offsets of group ${groupId}`)
  }
}

/**
 * Resolves when it stands where the log ended when it was called; whatever comes after that is seen, also when the group
 * is joined anew meanwhile.
 */
const followFromEnd = async (
  driver: GroupDriver,
  onRecords: (records: readonly LogRecord[]) => void,
  silence: Silence,
): Promise<void> => {
  const next = new Map((await driver.states()).map(({ partition, end }) => [partition, end]))
  const standing = Promise.withResolvers<void>()
  silence.lost(standing.reject)
  driver.run({
    joined: (partitions) => {
      for (const partition of partitions) driver.seek(partition, next.get(partition) ?? 0)
      standing.resolve()
    },
    left: () => {},
    failed: silence.fail,
    answered: silence.broken,
    fetched: (partition, records) => {
      const last = records.at(-1)
      if (last === undefined) return
      next.set(partition, last.offset + 1)
      onRecords(records)
    },
  })
  await standing.promise
}
