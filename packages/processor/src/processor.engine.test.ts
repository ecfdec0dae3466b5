import { createChain, createIds } from '@mcp-sentinel/events'
import { createKafkaClient, createKafkaTopics } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createEventWriter } from '@mcp-sentinel/events/clickhouse'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createHarness, type Engine, entryOf, startEngine } from './fault-tests/harness.ts'
import { createProcessor } from './processor.ts'

const brokers = process.env['KAFKA_BROKERS'] ?? ''
const inTime = { timeout: 40_000, interval: 50 }

describe.runIf(brokers)('on a real broker', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine()
  }, 60_000)
  afterAll(() => engine.close())

  it('stores every event once while processors come and go', async () => {
    const harness = await createHarness(engine)
    onTestFinished(harness.dispose)
    const kafka = createKafkaClient({ clientId: 'processor-test', brokers: brokers.split(',') })
    const topic = `events-${crypto.randomUUID()}`
    await createKafkaTopics(kafka, [{ topic, partitions: 4, replicas: 1 }])
    const open = () =>
      createKafkaLog({
        kafka,
        topic,
        heartbeatIntervalMs: 100,
        sessionTimeoutMs: 6_000,
        closeTimeoutMs: 5_000,
      })
    const producerLog = await open()
    onTestFinished(() => producerLog.close())

    const start = async () => {
      const log = await open()
      const claims: number[] = []
      const processor = await createProcessor({
        log,
        deadLetters: harness.dead,
        writer: createEventWriter({ store: harness.store, topic, owner: crypto.randomUUID() }),
        topic,
        group: `g-${topic}`,
        limits: { ageMsMax: 20 },
        observers: [{ claimed: (partition) => void claims.push(partition) }],
      })
      const close = async (): Promise<void> => {
        await processor.close()
        await log.close()
      }
      onTestFinished(close)
      return { claims, close }
    }

    const ids = createIds(Date.now)
    const chains = Array.from({ length: 8 }, (_, index) =>
      createChain({ producer: `mcp-servers/server-${index}/pod-1`, source: 'gateway', clock: Date.now, ids }),
    )
    let sent = 0
    const send = async (rounds: number): Promise<void> => {
      const gap = { from: '', lost: 1, reason: 'test', until: '' }
      for (let round = 0; round < rounds; round++) {
        const entries = chains.map((chain) => ({ ...entryOf(chain.gap(gap)), key: chain.position().chain }))
        await producerLog.append(entries)
        sent += entries.length
      }
    }
    const counted = async () => {
      const [row] = await harness.store.ask<{ rows: number; ids: number }>(
        'SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids FROM events',
      )
      return [row?.rows, row?.ids]
    }

    const first = await start()
    await send(20)
    await expect.poll(counted, inTime).toEqual([sent, sent])
    const second = await start()
    await expect
      .poll(async () => {
        await send(1)
        return second.claims.length
      }, inTime)
      .toBeGreaterThan(0)
    await send(20)
    await first.close()
    await send(20)
    await expect.poll(counted, inTime).toEqual([sent, sent])
    const noted = await harness.store.ask("SELECT chain, seq FROM events WHERE chain_note != ''")
    expect(noted).toEqual([])
  }, 120_000)
})
