import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { CompressionTypes, type IHeaders, Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kafka as engine } from './broker.ts'

const clientOf = (brokers: string, retries = 5) =>
  new Kafka({
    clientId: 'engine-test',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, retries },
  })
type Client = ReturnType<typeof clientOf>

const unique = (name: string): string => `${name}-${crypto.randomUUID()}`
const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

const adminOf = async (client: Client) => {
  const admin = client.admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  return admin
}

const topicOf = async (client: Client, numPartitions: number): Promise<string> => {
  const topic = unique('topic')
  const admin = await adminOf(client)
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions }] })
  return topic
}

const idempotentProducerOf = async (client: Client) => {
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer
}

/** A member of a group that keeps what it reads and which partitions it holds, and commits nothing by itself. */
const memberOf = async (client: Client, groupId: string, topic: string) => {
  const read: { partition: number; offset: string; value: string; headers: IHeaders }[] = []
  let held: readonly number[] = []
  const consumer = client.consumer({ groupId, heartbeatInterval: 100, maxWaitTimeInMs: 50 })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    held = payload.memberAssignment[topic] ?? []
  })
  await consumer.connect()
  onTestFinished(() => consumer.disconnect())
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    async eachMessage({ partition, message: { offset, value, headers = {} } }) {
      read.push({ partition, offset, value: String(value), headers })
    },
  })
  return { consumer, read, held: () => held }
}

const inTime = { timeout: 30_000, interval: 20 }
const brokers = process.env['KAFKA_BROKERS'] ?? ''

describe.runIf(brokers)('a real broker', () => {
  const client = clientOf(brokers)

  test('creates and deletes topics, and none that nobody created', async () => {
    const topic = await topicOf(client, 3)
    const admin = await adminOf(client)
    const [described] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics
    expect(described?.partitions).toHaveLength(3)
    await admin.deleteTopics({ topics: [topic] })
    // The controller answers for the deletion, the broker for the list, and it learns of it a moment later.
    await expect.poll(() => admin.listTopics(), inTime).not.toContain(topic)
    const producer = await idempotentProducerOf(clientOf(brokers, 1))
    await expect(producer.send({ topic: unique('nobody'), messages: [{ value: '' }] })).rejects.toThrow()
  })

  test('keeps what an idempotent producer sends, compressed or not, with its headers', async () => {
    const topic = await topicOf(client, 1)
    const producer = await idempotentProducerOf(client)
    const headers = { text: 'Grüße', bytes: Buffer.from([0, 255]) }
    const messages = numbers(50).map((at) => ({ key: 'chain', value: String(at), headers }))
    await producer.send({ topic, acks: -1, messages })
    await producer.send({ topic, acks: -1, messages, compression: CompressionTypes.GZIP })
    const { read } = await memberOf(client, unique('group'), topic)
    await expect.poll(() => read.length, inTime).toBe(100)
    expect(read.map(({ value }) => Number(value))).toEqual([...numbers(50), ...numbers(50)])
    expect(read.map(({ offset }) => Number(offset))).toEqual(numbers(100))
    for (const { headers: kept } of [read[0], read[99]].filter((record) => record !== undefined))
      expect(kept).toEqual({ text: Buffer.from('Grüße'), bytes: Buffer.from([0, 255]) })
  })

  test('shares a topic among the members of a group, and remembers what they commit', async () => {
    const topic = await topicOf(client, 4)
    const groupId = unique('group')
    const first = await memberOf(client, groupId, topic)
    await expect.poll(first.held, inTime).toHaveLength(4)
    const second = await memberOf(client, groupId, topic)
    await expect.poll(() => [first.held().length, second.held().length], inTime).toEqual([2, 2])
    expect([...first.held(), ...second.held()].sort()).toEqual([0, 1, 2, 3])

    const producer = await idempotentProducerOf(client)
    await producer.send({
      topic,
      messages: numbers(40).map((at) => ({ partition: at % 4, value: String(at) })),
    })
    await expect.poll(() => [first.read.length, second.read.length], inTime).toEqual([20, 20])

    const [partition = -1] = second.held()
    await second.consumer.commitOffsets([{ topic, partition, offset: '7' }])
    await second.consumer.disconnect()
    await expect.poll(first.held, inTime).toHaveLength(4)
    await expect
      .poll(() => first.read.filter((record) => record.partition === partition).length, inTime)
      .toBe(3)
    const admin = await adminOf(client)
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
    expect(committed?.partitions.find((row) => row.partition === partition)?.offset).toBe('7')
    const ends = await admin.fetchTopicOffsets(topic)
    expect(ends.map(({ high }) => high)).toEqual(['10', '10', '10', '10'])
  })

  test('has every acknowledged record, once, when it was killed and started again', async () => {
    const running = await engine.start(console.error)
    onTestFinished(() => running.stop())
    const address = running.env['KAFKA_BROKERS'] ?? ''
    const client = clientOf(address)
    const topic = await topicOf(client, 1)
    // One that gives up soon when the only broker is gone.
    const producer = await idempotentProducerOf(clientOf(address, 1))
    let acknowledged = 0
    const produceUntil = async (count: number): Promise<void> => {
      while (acknowledged < count) {
        await producer.send({ topic, acks: -1, messages: [{ value: String(acknowledged) }] })
        acknowledged += 1
      }
    }
    const cutOff = expect(produceUntil(Infinity)).rejects.toThrow()
    await expect.poll(() => acknowledged, inTime).toBeGreaterThan(50)
    await running.kill()
    await cutOff
    await running.restart()
    // The record whose acknowledgement never came is sent again; the broker knows by its sequence whether it has it.
    const total = acknowledged + 50
    await produceUntil(total)
    const { read } = await memberOf(client, unique('group'), topic)
    await expect.poll(() => read.at(-1)?.value, inTime).toBe(String(total - 1))
    expect(read.map(({ value }) => Number(value))).toEqual(numbers(total))
  })

  test('serves a command of npm run engines, which ends as the command ends', async () => {
    const command = 'process.exit(/^127\\.0\\.0\\.1:\\d+$/.test(process.env.KAFKA_BROKERS) ? 42 : 1)'
    const run = join(import.meta.dirname, '../run.ts')
    const cli = spawn(process.execPath, [run, 'kafka', '--', process.execPath, '-e', command], {
      stdio: 'ignore',
    })
    expect(await once(cli, 'exit')).toEqual([42, null])
  })
})
