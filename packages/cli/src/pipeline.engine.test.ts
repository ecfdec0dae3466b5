import { createKafkaClient, createKafkaTopics } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { describe } from 'vitest'
import { wayOfAnEvent } from './contract-tests/way-of-an-event.ts'

const brokers = process.env['KAFKA_BROKERS'] ?? ''

describe.runIf(brokers)('with a real broker', () => {
  wayOfAnEvent('an event on Kafka', async () => {
    const kafka = createKafkaClient({ clientId: 'pipeline-test', brokers: brokers.split(',') })
    const topic = `events-${crypto.randomUUID()}`
    const topics = [topic, `${topic}.dead`].map((name) => ({ topic: name, partitions: 3, replicas: 1 }))
    await createKafkaTopics(kafka, topics)
    const [events, dead] = [
      await createKafkaLog({ kafka, topic }),
      await createKafkaLog({ kafka, topic: `${topic}.dead` }),
    ]
    return { topic, logs: { events, dead } }
  })
})
