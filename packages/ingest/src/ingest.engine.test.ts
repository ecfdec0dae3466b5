import { createChain, createIds, decodeEnvelope, type Envelope, encodeEnvelope } from '@mcp-sentinel/events'
import { createKafkaLog, kafkaTopicSettings } from '@mcp-sentinel/events/adapters/kafka-log'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createLogger } from '@mcp-sentinel/service'
import { Kafka, logLevel } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { kafka as engine } from '../../../scripts/engines/kafka/broker.ts'
import { createAuthenticate } from './authenticate.ts'
import { config } from './config.ts'
import { createIngest } from './ingest.ts'
import { openLog } from './open-log.ts'

const brokers = process.env['KAFKA_BROKERS'] ?? ''
const key = 'a-key-that-nobody-guesses'
const inTime = { timeout: 40_000, interval: 50 }

const clientOf = (address: string) =>
  new Kafka({ brokers: address.split(','), logLevel: logLevel.NOTHING, retry: { retries: 10 } })

const createTopic = async (address: string): Promise<string> => {
  const topic = `ingest-${crypto.randomUUID()}`
  const admin = clientOf(address).admin()
  await admin.connect()
  const configEntries = Object.entries(kafkaTopicSettings).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3, configEntries }] })
  await admin.disconnect()
  return topic
}

/** Ingest as its process would have it, but for the ports. */
const ingestOn = async (address: string, topic: string) => {
  const settings = config.parse({ KAFKA_BROKERS: address, KAFKA_TOPIC: topic, INGEST_API_KEYS: key })
  const { log, checks } = await openLog(settings)
  const { app, close } = createIngest({
    log,
    checks,
    topic,
    authenticate: createAuthenticate({ apiKeys: createApiKeys([key]) }),
    logger: createLogger({ service: 'ingest-test', level: 'silent' }),
  })
  onTestFinished(async () => {
    await close()
    await log.close()
  })
  const post = async (body: string | Buffer, type = 'application/json') => {
    const headers = { 'content-type': type, 'x-api-key': key }
    return app.inject({ method: 'POST', url: '/events', headers, body })
  }
  const ready = async () => (await app.inject({ url: '/ready' })).json() as unknown
  return { post, ready }
}

/** What a reader of the topic has found so far. */
const readerOf = async (address: string, topic: string) => {
  const log = await createKafkaLog({ kafka: clientOf(address), topic })
  onTestFinished(() => log.close())
  const records: { key: string; headers: Readonly<Record<string, string>>; value: Buffer }[] = []
  const consumer = await log.consume('test')
  const read = async (): Promise<void> => {
    for (let claim = await consumer.nextClaim(); claim; claim = await consumer.nextClaim()) {
      const { committed, lost, read: readFrom } = claim
      const drain = async (): Promise<void> => {
        for (let from = committed; !lost.aborted; ) {
          const found = await readFrom(from, { recordsMax: 1000, bytesMax: 8 * 1024 ** 2 }).catch(() => [])
          records.push(...found.map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(value) })))
          from = (found.at(-1)?.offset ?? from - 1) + 1
        }
      }
      void drain()
    }
  }
  void read()
  return records
}

const ids = createIds(Date.now)
const gap = { lost: 1, reason: 'disk full', from: '', until: '' }
const chainOf = (instance: string) =>
  createChain({ producer: `mcp-servers/payments/${instance}`, source: 'gateway', clock: Date.now, ids })

test.runIf(brokers)('what is acknowledged is on the topic: bytes, key and headers', async () => {
  const topic = await createTopic(brokers)
  const { post, ready } = await ingestOn(brokers, topic)
  expect(await ready()).toEqual({ ok: true })
  const event = chainOf('pod-1').start()
  const payload = event.payload.replaceAll('","', '" , "')
  expect((await post(encodeEnvelope({ ...event, payload }))).statusCode).toBe(202)
  const chain = chainOf('pod-2')
  const events = [chain.start(), ...Array.from({ length: 50 }, () => chain.gap(gap))]
  const lines = events.map((one) => encodeEnvelope(one).toString()).join('\n')
  expect((await post(`${lines}\nnonsense`, 'application/x-ndjson')).json()).toMatchObject({
    accepted: 51,
    rejected: [{ index: 51 }],
  })

  const records = await readerOf(brokers, topic)
  await expect.poll(() => records.length, inTime).toBe(52)
  const decoded = records.map(({ value, ...rest }) => {
    const decoding = decodeEnvelope(value)
    if (!decoding.ok) throw new Error(decoding.rejection.message)
    return { ...rest, ...decoding.decoded }
  })
  const [first] = decoded.filter(({ key: found }) => found.startsWith('mcp-servers/payments/pod-1/'))
  expect(first?.envelope.payload).toBe(payload)
  expect(first?.headers).toEqual({
    received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/),
    key_id: expect.stringMatching(/^key-/),
  })
  const second = decoded.filter(({ key: found }) => found.startsWith('mcp-servers/payments/pod-2/'))
  expect(second.map(({ audit }) => audit?.seq)).toEqual(events.map((_, at) => at + 1))
})

test('a broker that crashes has events sent again, and loses none that was acknowledged', async () => {
  const running = await engine.start(console.error)
  onTestFinished(() => running.stop())
  const address = running.env['KAFKA_BROKERS'] ?? ''
  const topic = await createTopic(address)
  const { post, ready } = await ingestOn(address, topic)
  const chain = chainOf('pod-3')
  const acknowledged: string[] = []
  const refusals: unknown[] = []
  /** As a spool does: again, until it is acknowledged. What brings the broker back is that it was missed. */
  const send = async (event: Envelope): Promise<void> => {
    for (;;) {
      const { statusCode, headers } = await post(encodeEnvelope(event))
      if (statusCode === 202) break
      refusals.push({ statusCode, retryAfter: headers['retry-after'], readiness: await ready() })
      if (refusals.length === 1) await running.restart()
    }
    acknowledged.push(event.payload)
  }
  await send(chain.start())
  await running.kill()
  await send(chain.gap(gap))
  await send(chain.gap(gap))
  expect(refusals[0]).toEqual({
    statusCode: 503,
    retryAfter: '2',
    readiness: { ok: false, error: 'kafka_unavailable' },
  })
  await expect.poll(ready, inTime).toEqual({ ok: true })

  const records = await readerOf(address, topic)
  const payloads = (): string[] => {
    const decodings = records.map(({ value }) => decodeEnvelope(value))
    return [...new Set(decodings.flatMap((one) => (one.ok ? [one.decoded.envelope.payload] : [])))]
  }
  await expect.poll(payloads, inTime).toEqual(acknowledged)
}, 120_000)
