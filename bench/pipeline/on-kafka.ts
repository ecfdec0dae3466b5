import { createKafkaClient, createKafkaTopics } from '@mcp-sentinel/events/adapters/kafka-client'
import { CompressionTypes, type Kafka } from 'kafkajs'
import { kafka } from '../../scripts/engines/kafka/broker.ts'
import { makeEvents } from './events.ts'
import { batches, type Rate } from './intake.ts'

const topic = 'mcp.events'
const batchEvents = 1_000

export interface OnKafka {
  readonly ingest: Rate
  /** Events in a second by the client alone: idempotent, acknowledged by all replicas, four batches under way. */
  readonly rawPerS: number
}

/** Batches through ingest to a real broker, beside the client that sends the same values itself. */
export const onKafka = async (rounds: number, durationMs: number): Promise<readonly OnKafka[]> => {
  const broker = await kafka.start((line) => console.log(`  ${line}`))
  try {
    const address = broker.env['KAFKA_BROKERS'] ?? ''
    const client = createKafkaClient({ clientId: 'bench', brokers: [address] })
    await createKafkaTopics(client, [{ topic, partitions: 4, replicas: 1 }])
    const measured: OnKafka[] = []
    while (measured.length < rounds) {
      const rawPerS = await raw(client, durationMs)
      measured.push({ rawPerS, ingest: await batches(durationMs, address) })
    }
    return measured
  } finally {
    await broker.stop()
  }
}

const raw = async (client: Kafka, durationMs: number): Promise<number> => {
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const messages = makeEvents(batchEvents).map(({ bytes }, index) => ({
    key: `chain-${index % 8}`,
    value: bytes,
  }))
  let sent = 0
  const send = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages })
      sent += messages.length
    }
  }
  await send(performance.now() + durationMs / 3)
  sent = 0
  const began = performance.now()
  await Promise.all([1, 2, 3, 4].map(() => send(began + durationMs)))
  const perS = sent / ((performance.now() - began) / 1000)
  await producer.disconnect()
  return perS
}
