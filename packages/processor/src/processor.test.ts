import { createChain, createIds, type Envelope, EventError, type LogRecord } from '@mcp-sentinel/events'
import { createEventWriter } from '@mcp-sentinel/events/clickhouse'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createHarness,
  deadCount,
  type Engine,
  entryOf,
  entryOfBytes,
  group,
  type Harness,
  inserted,
  repeated,
  replayed,
  startEngine,
  topic,
} from './fault-tests/harness.ts'

let engine: Engine
let harness: Harness

beforeAll(async () => {
  engine = await startEngine()
}, 60_000)
afterAll(() => engine.close())
beforeEach(async () => {
  harness = await createHarness(engine)
})
afterEach(() => harness.dispose())

const aChain = () => {
  const ids = createIds(Date.now)
  return createChain({ producer: 'mcp-servers/payments/pod-1', source: 'gateway', clock: Date.now, ids })
}
const aGap = { from: '', lost: 1, reason: 'test', until: '' }
/** Events of one chain, cheap to make. */
const events = (count: number, chain = aChain()): readonly Envelope[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? chain.start() : chain.gap(aGap)))
const append = (envelopes: readonly Envelope[]) => harness.log.append(envelopes.map((one) => entryOf(one)))

interface Stored {
  readonly offset: number
  readonly seq: number
  readonly note: string
}
const stored = () =>
  harness.store.ask<Stored>(
    'SELECT toUInt32(log_offset) AS offset, toUInt32(seq) AS seq, chain_note AS note FROM events ORDER BY log_offset, id',
  )
const seqs = async () => (await stored()).map(({ seq }) => seq)

describe('what is appended', () => {
  it('is stored once, with what ingest said of it', async () => {
    await append(events(3))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 3)
    expect(await stored()).toEqual([1, 2, 3].map((seq) => ({ offset: seq - 1, seq, note: '' })))
    expect(await harness.store.ask('SELECT DISTINCT key_id, log_topic FROM events')).toEqual([
      { key_id: 'key-1', log_topic: topic },
    ])
  })

  it('is committed only when it is stored', async () => {
    const processor = await harness.start()
    await append(events(3))
    await harness.told.until(() => inserted(harness.told) === 3)
    await processor.close()
    const consumer = await harness.log.consume(group)
    expect((await consumer.nextClaim())?.committed).toBe(3)
  })

  it('is stored at close, when it was read', async () => {
    const read = Promise.withResolvers<void>()
    const processor = await harness.start({
      limits: { ageMsMax: 3_600_000 },
      observers: [{ read: () => read.resolve() }],
    })
    await append(events(2))
    await read.promise
    await processor.close()
    expect(await seqs()).toEqual([1, 2])
  })

  it('is stored once though it is read again from the beginning', async () => {
    const first = await harness.start()
    await append(events(4))
    await harness.told.until(() => inserted(harness.told) === 4)
    await first.close()
    // A group of its own has committed nothing, as after a crash before the commit.
    await harness.start({ group: 'another' })
    await harness.told.until(() => replayed(harness.told) === 4)
    expect(await seqs()).toEqual([1, 2, 3, 4])
  })

  it('is stored when the log was set up anew and counts from the beginning', async () => {
    const first = await harness.start()
    await append(events(2))
    await harness.told.until(() => inserted(harness.told) === 2)
    await first.close()
    const other = await createHarness(engine)
    await other.log.append(events(2).map((one) => entryOf(one)))
    await harness.start({ log: other.log, group: 'anew' })
    await harness.told.until(() => inserted(harness.told) === 4)
    expect(await stored()).toHaveLength(4)
    await other.dispose()
  })
})

describe('a chain', () => {
  it('is stored once though its producer sent a part twice', async () => {
    const made = events(3)
    await append(made)
    await append(made.slice(1))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) + repeated(harness.told) === 5)
    expect(await seqs()).toEqual([1, 2, 3])
  })

  it('is stored once though a part was sent twice to two processors', async () => {
    const made = events(3)
    await append(made)
    const first = await harness.start()
    await harness.told.until(() => inserted(harness.told) === 3)
    await first.close()
    await append(made)
    await harness.start()
    await harness.told.until(() => repeated(harness.told) === 3)
    expect(await seqs()).toEqual([1, 2, 3])
  })

  it('shows what is missing where it is missing', async () => {
    const made = events(6)
    await append([0, 1, 4, 5].map((index) => made[index] as Envelope))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 4)
    expect((await stored()).map(({ seq, note }) => `${seq}${note}`)).toEqual(['1', '2', '5gap', '6'])
    const gaps = harness.told.flushed.flatMap((one) => one.gaps)
    expect(gaps).toMatchObject([{ from: 3, to: 4 }])
  })

  it('keeps the events of a stranger who uses its name, and marks them', async () => {
    const ids = createIds(Date.now)
    const made = events(3)
    const chain = JSON.parse(made[0]?.payload ?? '')._audit.chain as string
    const forged = made.map((one) => {
      const payload = JSON.parse(one.payload)
      return { ...one, payload: JSON.stringify({ ...payload, _audit: { ...payload._audit, id: ids() } }) }
    })
    await harness.log.append(made.map((one) => entryOf(one)))
    await harness.log.append(forged.map((one) => entryOf(one, { key_id: 'key-of-a-stranger' })))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 6)
    const rows = await harness.store.ask(
      'SELECT key_id, chain_note, toUInt32(count()) AS rows FROM events WHERE chain = {chain:String} GROUP BY ALL ORDER BY key_id',
      { parameters: { chain } },
    )
    expect(rows).toEqual([
      { key_id: 'key-1', chain_note: '', rows: 3 },
      { key_id: 'key-of-a-stranger', chain_note: 'conflict', rows: 3 },
    ])
  })

  it('is not silenced by a stranger who claims its future', async () => {
    const made = events(3)
    const jump = JSON.parse(made[1]?.payload ?? '')
    const far = {
      ...made[1],
      payload: JSON.stringify({ ...jump, _audit: { ...jump._audit, seq: 5_000_000 } }),
    }
    await append([made[0] as Envelope, far as Envelope, made[1] as Envelope, made[2] as Envelope])
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 3 && deadCount(harness.told) === 1)
    expect((await stored()).map(({ seq, note }) => `${seq}${note}`)).toEqual(['1', '2', '3'])
  })
})

describe('a record that cannot be stored', () => {
  const big = 'x'.repeat(1024 * 1024)
  const hostile: readonly (readonly [string, Uint8Array, string])[] = [
    ['not JSON', Buffer.from('{"source":'), 'invalid_json'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'invalid_utf8'],
    ['no event', Buffer.from('[1]'), 'invalid_fields'],
    ['no payload', Buffer.from('{"source":"s","event_type":"t"}'), 'missing_fields'],
    ['too large', Buffer.from(`{"source":"s","event_type":"t","payload":"${big}"}`), 'too_large'],
  ]

  it('is set aside with its bytes and its place, and the others are stored', async () => {
    const made = events(2)
    const records: LogRecord[] = []
    const seen = Promise.withResolvers<void>()
    await harness.dead.tail((more) => {
      records.push(...more)
      if (records.length === hostile.length) seen.resolve()
    })
    await harness.log.append([
      entryOf(made[0] as Envelope),
      ...hostile.map(([, bytes]) => entryOfBytes(bytes)),
      entryOf(made[1] as Envelope),
    ])
    await harness.start()
    await seen.promise
    await harness.told.until(() => inserted(harness.told) === 2)
    expect(await seqs()).toEqual([1, 2])
    expect(records.map(({ headers }) => [headers['dead_reason'], headers['dead_offset']])).toEqual(
      hostile.map(([, , reason], index) => [reason, String(index + 1)]),
    )
    expect(Buffer.from(records[1]?.value ?? []).equals(hostile[1]?.[1] as Buffer)).toBe(true)
  })

  it('is found among those that the store takes', async () => {
    await harness.store.command("ALTER TABLE events ADD CONSTRAINT odd CHECK source != 'unwanted'")
    const plain = (source: string): Envelope => ({
      source,
      event_type: 'custom',
      timestamp: new Date().toISOString(),
      payload: '{}',
    })
    const sources = Array.from({ length: 23 }, (_, index) => (index % 9 === 4 ? 'unwanted' : `s${index}`))
    await append(sources.map(plain))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 20 && deadCount(harness.told) === 3)
    const dead = harness.told.flushed.flatMap((one) => one.dead)
    expect(dead.map(({ record, death }) => [record.offset, death.reason])).toEqual(
      [4, 13, 22].map((offset) => [offset, 'store_rejected']),
    )
    expect(await stored()).toHaveLength(20)
  })
})

describe('times', () => {
  const plain = (timestamp: string): Envelope => ({ source: 's', event_type: 't', timestamp, payload: '{}' })
  it.each([
    ['1970-01-01T00:00:00Z', true],
    ['2200-01-01T00:00:00Z', true],
    ['soon', true],
    ['', true],
    [new Date(Date.now() - 3_600_000).toISOString(), false],
  ])('%s is replaced: %s', async (timestamp, replaced) => {
    await append([plain(timestamp)])
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 1)
    const [row] = await harness.store.ask<{ replaced: boolean; ageS: number }>(
      'SELECT timestamp_replaced AS replaced, toUInt32(abs(dateDiff(second, timestamp, now()))) AS ageS FROM events',
    )
    expect(row?.replaced).toBe(replaced)
    expect(row?.ageS).toBeLessThan(3_700)
  })

  it('of receipt may be of a hundred and one months in one batch', async () => {
    const months = Array.from({ length: 101 }, (_, index) =>
      new Date(Date.UTC(2018, index, 15)).toISOString(),
    )
    await harness.log.append(months.map((at) => entryOf(plain(at), { received_at: at })))
    await harness.start()
    await harness.told.until(() => inserted(harness.told) === 101)
    expect(await stored()).toHaveLength(101)
  })
})

describe('a writer that was thought dead', () => {
  it('writes nothing once another has taken over, and nothing is lost', async () => {
    const made = events(4)
    const zombie = createEventWriter({ store: harness.store, topic, owner: crypto.randomUUID() })
    const held = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    await append(made)
    // Frozen between what it read of the store and its insert.
    const first = await harness.start({
      writer: {
        ...zombie,
        insert: async (rows) => {
          begun.resolve()
          await held.promise
          return zombie.insert(rows)
        },
      },
    })
    await begun.promise
    await harness.start({ group: 'heir' })
    await harness.told.until(() => inserted(harness.told) === 4)
    held.resolve()
    await harness.told.until(() => harness.told.failures.length > 0)
    expect(harness.told.failures[0]).toMatchObject({ code: 'store_fenced' })
    await first.close(0)
    expect(await seqs()).toEqual([1, 2, 3, 4])
  })
})

describe('a group that the log gave up on', () => {
  it('is joined again, and nothing is lost or stored twice', async () => {
    const made = events(6)
    await append(made.slice(0, 3))
    const gaveUp = new EventError('log_unavailable', 'the group has no coordinator')
    const failing = Promise.withResolvers<never>()
    let joined = 0
    await harness.start({
      log: {
        ...harness.log,
        consume: async (name) => {
          const consumer = await harness.log.consume(name)
          joined += 1
          if (joined === 2) throw gaveUp
          let claims = 0
          const nextClaim = () => (claims++ === 0 ? consumer.nextClaim() : failing.promise)
          return joined === 1 ? { ...consumer, nextClaim } : consumer
        },
      },
    })
    await harness.told.until(() => inserted(harness.told) === 3)
    failing.reject(gaveUp)
    await append(made.slice(3))
    await harness.told.until(() => inserted(harness.told) === 6)
    expect(joined).toBe(3)
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('a store that is gone', () => {
  it('is waited for, and what it did with a lost answer is found out', async () => {
    const writer = createEventWriter({ store: harness.store, topic, owner: crypto.randomUUID() })
    let lost = 2
    await append(events(5))
    await harness.start({
      writer: {
        ...writer,
        insert: async (rows) => {
          if (lost === 2) await writer.insert(rows)
          if (lost-- > 0) throw new Error('the connection was reset')
          return writer.insert(rows)
        },
      },
    })
    await harness.told.until(() => replayed(harness.told) === 5)
    expect(harness.told.failures).toHaveLength(1)
    expect(await seqs()).toEqual([1, 2, 3, 4, 5])
  })

  it('may be killed and come back in the middle of it', async () => {
    const chain = aChain()
    await harness.start()
    let sent = 0
    for (const round of [1, 2, 3]) {
      await append(events(50, sent === 0 ? chain : { ...chain, start: () => chain.gap(aGap) }))
      sent += 50
      if (round < 3) process.kill(engine.clickhouse.pid(), 'SIGKILL')
      await harness.told.until(() => inserted(harness.told) + replayed(harness.told) >= sent)
    }
    expect(await seqs()).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
  }, 60_000)
})

describe('a batch', () => {
  it('is flushed in parts when the intake outruns the store, in order', async () => {
    const made = events(500)
    await append(made)
    await harness.start({ limits: { rowsMax: 37 } })
    await harness.told.until(() => inserted(harness.told) === 500)
    expect(await seqs()).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
  })

  it('has an id for an event that nobody gave one, the same whenever it is read', async () => {
    const bytes = Buffer.from('{"source":"s","event_type":"t","payload":{"a":1}}')
    await harness.log.append([{ key: '', value: bytes, headers: {}, receivedAtMs: Date.now() }])
    const first = await harness.start()
    await harness.told.until(() => inserted(harness.told) === 1)
    await first.close()
    await harness.start({ group: 'another' })
    await harness.told.until(() => replayed(harness.told) === 1)
    expect(await stored()).toHaveLength(1)
  })
})
