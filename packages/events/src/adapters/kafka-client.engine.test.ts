import { describe, expect, onTestFinished, test } from 'vitest'
import { createKafkaClient, createKafkaTopics } from './kafka-client.ts'

const brokers = process.env['KAFKA_BROKERS'] ?? ''

describe.runIf(brokers)('topics on a real broker', () => {
  const kafka = createKafkaClient({ clientId: 'topics-test', brokers: brokers.split(',') })
  const name = () => `topics-${crypto.randomUUID()}`

  test('are created once, and left as they are where they fit', async () => {
    const topic = { topic: name(), partitions: 2, replicas: 1 }
    expect(await createKafkaTopics(kafka, [topic])).toEqual([topic.topic])
    expect(await createKafkaTopics(kafka, [topic])).toEqual([])
  })

  test('that somebody created otherwise are named with what is wrong, and nothing else is created', async () => {
    const [small, other] = [name(), name()]
    const admin = kafka.admin()
    onTestFinished(() => admin.disconnect())
    await admin.connect()
    const configEntries = [
      { name: 'max.message.bytes', value: '1000' },
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
    ]
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: small, numPartitions: 1, configEntries }],
    })
    const created = createKafkaTopics(
      kafka,
      [small, other].map((topic) => ({ topic, partitions: 1, replicas: 1 })),
    )
    await expect(created).rejects.toMatchObject({
      code: 'log_unfit',
      message: `${small}: max.message.bytes is 1000, and must be 2097152; ${small}: message.timestamp.type is LogAppendTime, and must be CreateTime`,
    })
    expect(await admin.listTopics()).not.toContain(other)
  })
})
