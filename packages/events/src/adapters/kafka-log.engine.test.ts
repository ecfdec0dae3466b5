import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kafka as engine } from '../../../../scripts/engines/kafka/broker.ts'
import { eventLogContract } from '../contract-tests/event-log.ts'
import type { EventError } from '../errors.ts'
import type { Claim, EventLog, LogConsumer, LogRecord } from '../log.ts'
import { createKafkaLog, kafkaTopicSettings } from './kafka-log.ts'

const partitions = 3
const inTime = { timeout: 40_000, interval: 20 }
const limits = { recordsMax: 100, bytesMax: 1024 * 1024 }
const timing = { heartbeatIntervalMs: 100, sessionTimeoutMs: 3_000, closeTimeoutMs: 5_000 }

const clientOf = (brokers: string) =>
  new Kafka({
    clientId: 'kafka-log-test',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 5 },
  })

const topicOf = async (kafka: Kafka): Promise<string> => {
  const topic = `log-${crypto.randomUUID()}`
  const admin = kafka.admin()
  await admin.connect()
  // The entries of these tests are dated, and retention goes by their dates.
  const configEntries = Object.entries({ ...kafkaTopicSettings, 'retention.ms': '-1' }).map(
    ([name, value]) => ({ name, value }),
  )
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, configEntries }],
  })
  await admin.disconnect()
  return topic
}

const entry = (key: string, text: string) => ({
  key,
  value: Buffer.from(text),
  headers: {},
  receivedAtMs: Date.now(),
})
const textOf = ({ value }: LogRecord): string => Buffer.from(value).toString()

const openLog = async (kafka: Kafka, topic: string): Promise<EventLog> => {
  const log = await createKafkaLog({ kafka, topic, ...timing })
  onTestFinished(() => log.close())
  return log
}

/** Takes every claim that a member is given and keeps what it reads, committing as it goes. */
const follow = async (log: EventLog, group: string, commits = true) => {
  const consumer: LogConsumer = await log.consume(group)
  const claims: Claim[] = []
  const read: string[] = []
  const drain = async (claim: Claim): Promise<void> => {
    let from = claim.committed
    while (!claim.lost.aborted) {
      try {
        const records = await claim.read(from, limits)
        read.push(...records.map(textOf))
        from = (records.at(-1)?.offset ?? from) + 1
        if (commits) await claim.commit(from)
      } catch (error) {
        expect(['claim_lost', 'log_unavailable']).toContain((error as EventError).code)
      }
    }
  }
  const run = async (): Promise<void> => {
    for (let claim = await consumer.nextClaim(); claim; claim = await consumer.nextClaim()) {
      claims.push(claim)
      void drain(claim)
    }
  }
  void run()
  const held = () => claims.filter(({ lost }) => !lost.aborted)
  return { consumer, claims, read, held }
}

const brokers = process.env['KAFKA_BROKERS'] ?? ''

describe.runIf(brokers)('on a real broker', () => {
  const kafka = clientOf(brokers)

  eventLogContract('kafka', partitions, async () => {
    const topic = await topicOf(kafka)
    const logs: EventLog[] = []
    const open = async (): Promise<EventLog> => {
      const log = await createKafkaLog({ kafka, topic, ...timing })
      logs.push(log)
      return log
    }
    return {
      log: await open(),
      reopen: open,
      dispose: async () => {
        await Promise.all(logs.map((log) => log.close()))
      },
    }
  })

  test('a member that joins is given a partition of another, under a higher epoch, and nothing is lost', async () => {
    const topic = await topicOf(kafka)
    const [here, there] = [await openLog(kafka, topic), await openLog(clientOf(brokers), topic)]
    const first = await follow(here, 'g')
    await expect.poll(first.held, inTime).toHaveLength(partitions)
    const before = first.held()
    const sent: string[] = []
    const send = async (count: number): Promise<void> => {
      const texts = Array.from({ length: count }, (_, at) => `${sent.length + at}`)
      await here.append(texts.map((text) => entry(`key-${text}`, text)))
      sent.push(...texts)
    }
    await send(200)
    const second = await follow(there, 'g')
    await expect
      .poll(async () => {
        await send(5)
        return [first.held().length, second.held().length].sort()
      }, inTime)
      .toEqual([1, 2])
    await send(200)

    for (const claim of before) expect(claim.lost.aborted).toBe(true)
    for (const heir of second.held()) {
      const ancestor = before.find(({ partition }) => partition === heir.partition)
      expect(heir.epoch).toBeGreaterThan(ancestor?.epoch ?? Infinity)
    }
    await expect.poll(() => new Set([...first.read, ...second.read]).size, inTime).toBe(sent.length)
    await expect.poll(() => first.consumer.lag(), inTime).toBe(0)
  })

  test('takes no commit from a member whose partition is another’s by now', async () => {
    const topic = await topicOf(kafka)
    const [here, there] = [await openLog(kafka, topic), await openLog(clientOf(brokers), topic)]
    await here.append(Array.from({ length: 30 }, (_, at) => entry(`key-${at}`, `${at}`)))
    const first = await here.consume('g')
    const claims: Claim[] = []
    while (claims.length < partitions) claims.push((await first.nextClaim()) as Claim)
    const second = await follow(there, 'g', false)
    await expect.poll(() => second.held().length, inTime).toBeGreaterThan(0)
    for (const claim of claims) {
      await expect(claim.commit(claim.committed + 1)).rejects.toMatchObject({ code: 'claim_lost' })
      expect(claim.lost.aborted).toBe(true)
    }
  })
})

test('a broker that is killed and started again has every acknowledged entry, and groups go on', async () => {
  const running = await engine.start(console.error)
  onTestFinished(() => running.stop())
  const kafka = clientOf(running.env['KAFKA_BROKERS'] ?? '')
  const log = await openLog(kafka, await topicOf(kafka))
  const reader = await follow(log, 'g')
  await expect.poll(reader.held, inTime).toHaveLength(partitions)

  const acknowledged = new Set<string>()
  let isOver = false
  let refusals = 0
  const appendAll = async (writer: number): Promise<void> => {
    for (let at = 0; !isOver; at += 1) {
      const texts = [`${writer}-${at}-a`, `${writer}-${at}-b`]
      try {
        await log.append(texts.map((text) => entry(text, text)))
        for (const text of texts) acknowledged.add(text)
      } catch (error) {
        expect(error).toMatchObject({ code: 'log_unavailable', retryable: true })
        refusals += 1
      }
    }
  }
  const appending = Promise.all([1, 2, 3, 4].map(appendAll))
  await expect.poll(() => acknowledged.size, inTime).toBeGreaterThan(200)
  await running.kill()
  await expect.poll(() => refusals, inTime).toBeGreaterThan(0)
  await running.restart()
  const before = acknowledged.size
  await expect.poll(() => acknowledged.size, inTime).toBeGreaterThan(before + 200)
  isOver = true
  await appending

  const missing = () => [...acknowledged].filter((text) => !reader.read.includes(text))
  await expect.poll(missing, inTime).toEqual([])
  await expect.poll(() => reader.consumer.lag(), inTime).toBe(0)
}, 120_000)
