import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClickHouse, createClickHouse } from '../clickhouse/client.ts'
import { columnNames } from '../clickhouse/columns.ts'
import { migrate } from '../clickhouse/migrate.ts'
import type { EventRow, Fence } from '../clickhouse/rows.ts'
import { createEventWriter, type EventWriter } from '../clickhouse/write.ts'
import { commitmentOf, disclose } from '../commit.ts'
import { verifyChains } from '../verify.ts'
import { decodedOf, makeRows } from './event-rows.ts'
import { aHostilePayload, cellOf, memberColumns } from './hostile-payloads.ts'

const topic = 'mcp.events'

const codeOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: { readonly code: string }) => error.code,
  )

/** What every ClickHouse that events are stored in has to keep; each part on a database of its own. */
export const eventStoreContract = (
  name: string,
  engine: () => Promise<{ url: string; close: () => Promise<void> }>,
) => {
  describe(name, () => {
    let running: { url: string; close: () => Promise<void> }
    let server: ClickHouse
    const databases: string[] = []
    const stores: ClickHouse[] = []

    const connect = (database: string): ClickHouse => {
      const store = createClickHouse({ url: new URL(running.url), database, application: 'contract' })
      stores.push(store)
      return store
    }
    const unmigrated = (): ClickHouse => {
      const database = `contract_${crypto.randomUUID().replaceAll('-', '')}`
      databases.push(database)
      return connect(database)
    }
    const migrated = async (): Promise<ClickHouse> => {
      const store = unmigrated()
      await migrate({ store, server })
      return store
    }
    const writerOf = (store: ClickHouse, owner: string = crypto.randomUUID()): EventWriter =>
      createEventWriter({ store, topic, owner })
    const under = (fence: Fence, rows: readonly EventRow[]) => rows.map((row) => ({ row, fence }))
    const count = async (store: ClickHouse): Promise<number> =>
      (await store.ask<{ rows: number }>('SELECT toUInt32(count()) AS rows FROM events'))[0]?.rows ?? -1

    beforeAll(async () => {
      running = await engine()
      server = connect('default')
    }, 60_000)
    afterAll(async () => {
      for (const database of databases)
        await server.command('DROP DATABASE IF EXISTS {database:Identifier}', { parameters: { database } })
      for (const store of stores) await store.close()
      await running.close()
    }, 60_000)

    describe('migrations', () => {
      it('are applied once, and do nothing the second time', async () => {
        const store = unmigrated()
        expect(await migrate({ store, server })).toEqual([1])
        expect(await migrate({ store, server })).toEqual([])
      })

      it('can be applied by several at once', async () => {
        const store = unmigrated()
        await Promise.all([1, 2, 3].map(() => migrate({ store, server })))
        const [row] = await store.ask('SELECT toUInt32(uniqExact(number)) AS numbers FROM schema_migrations')
        expect(row).toEqual({ numbers: 1 })
        expect(await count(store)).toBe(0)
      })

      it('make the columns that rows are written with', async () => {
        const store = await migrated()
        const rows = await store.ask<{ name: string }>(
          "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events' ORDER BY position",
        )
        expect(rows.map((row) => row.name)).toEqual(columnNames)
      })

      it('leave a table of another kind alone, and say so', async () => {
        const store = unmigrated()
        await server.command(`CREATE DATABASE ${store.database}`)
        await store.command(
          'CREATE TABLE events (timestamp DateTime64(3), payload String) ENGINE = MergeTree ORDER BY timestamp',
        )
        expect(await codeOf(migrate({ store, server }))).toBe('migration_conflict')
      })

      it('keep events for as long as they are told', async () => {
        const store = await migrated()
        await migrate({ store, server, retentionDays: 30 })
        const [row] = await store.ask<{ definition: string }>(
          "SELECT create_table_query AS definition FROM system.tables WHERE database = currentDatabase() AND name = 'events'",
        )
        expect(row?.definition).toContain('toIntervalDay(30)')
      })
    })

    describe('a row', () => {
      it('keeps its payload to the byte, and its columns say the same', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const nowMs = Date.now()
        const hard = 'quote " backslash \\ tab \t newline \n null \u0000 ünïcode 🙂 {a:String}'
        const row = makeRows({ topic, nowMs }).next({ tool_name: hard, human_id: hard })
        await writer.insert(under(await writer.fence(0, 1), [row]))
        const [found] = await store.ask<Record<string, unknown>>(
          'SELECT payload, tool_name, human_id, status, latency_ms, toString(id) AS id, chain, toUInt32(seq) AS seq, key_id, timestamp FROM events',
        )
        expect(found).toEqual({
          payload: expect.stringContaining(`"human_id":${JSON.stringify(hard)}`),
          tool_name: hard,
          human_id: hard,
          status: 200,
          latency_ms: 1.5,
          id: row.id,
          chain: row.chain,
          seq: 1,
          key_id: 'key-1',
          timestamp: new Date(nowMs).toISOString().replace('T', ' ').replace('Z', ''),
        })
      })

      it('reads back as what it was made of, however hostile that is', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const payloads = fc.sample(aHostilePayload, { numRuns: 200, seed: 7 })
        const labels = fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }), {
          numRuns: 200,
          seed: 8,
        })
        const times = [0, 1, Date.now(), Date.UTC(2299, 11, 31, 23, 59, 59, 999)]
        const rows = makeRows({ topic, partition: 4_294_967_295 })
        const receivedAtMs = Date.now()
        const made = payloads.map((payload, index) => {
          const source = `s${labels[index]}`
          const decoded = decodedOf({
            source,
            event_type: 't',
            timestamp: '',
            trace_id: labels[index],
            payload,
          })
          const id = crypto.randomUUID()
          const offset = index % 2 === 0 ? index : Number.MAX_SAFE_INTEGER - index
          const place = { partition: 4_294_967_295, offset }
          const timestampMs = times[index % times.length] as number
          const more = { decoded, id, place, timestampMs, receivedAtMs, keyId: source }
          return {
            payload,
            source,
            more,
            row: rows.next({}, { ...more, timestampReplaced: index % 3 === 0 }),
          }
        })
        const fence = await writer.fence(4_294_967_295, 2 ** 40)
        await writer.insert(
          under(
            fence,
            made.map(({ row }) => row),
          ),
        )
        const stored = await store.ask<Record<string, unknown>>(
          `SELECT * REPLACE (toFloat64(seq) AS seq, toString(log_offset) AS log_offset,
            toUnixTimestamp64Milli(timestamp) AS timestamp, toUnixTimestamp64Milli(received_at) AS received_at)
          FROM events`,
          { settings: { output_format_json_quote_64bit_integers: 0 } },
        )
        const byId = new Map(stored.map((one) => [one['id'], one]))
        expect(stored).toHaveLength(made.length)
        for (const [index, { payload, source, more }] of made.entries()) {
          const members = JSON.parse(payload)
          expect(byId.get(more.id)).toEqual({
            ...Object.fromEntries(memberColumns.map((name) => [name, cellOf(name, members[name])])),
            id: more.id,
            timestamp: more.timestampMs,
            received_at: receivedAtMs,
            timestamp_replaced: index % 3 === 0,
            trace_id: labels[index]?.toWellFormed(),
            source: source.toWellFormed(),
            event_type: 't',
            payload: payload.toWellFormed(),
            chain: '',
            seq: 0,
            chain_note: '',
            key_id: source.toWellFormed(),
            log_topic: topic,
            log_partition: more.place.partition,
            log_offset: String(more.place.offset),
          })
        }
      })

      it('has the columns that the engine would take from its payload', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const plain = makeRows({ topic }).next()
        const payload = JSON.stringify({ server: 'other', decision: null, status: 70_000 })
        const decoded = decodedOf({ source: 's', event_type: 't', timestamp: '', payload })
        const sparse = makeRows({ topic, partition: 1 }).next({}, { decoded })
        await writer.insert([
          ...under(await writer.fence(0, 1), [plain]),
          ...under(await writer.fence(1, 1), [sparse]),
        ])
        await store.command(
          'INSERT INTO events (timestamp, trace_id, source, event_type, payload) SELECT timestamp, trace_id, source, event_type, payload FROM events',
        )
        const fromPayload = columnNames.slice(columnNames.indexOf('server'), columnNames.indexOf('id'))
        const rows = await store.ask(
          `SELECT ${fromPayload.join(', ')}, toUInt32(count()) AS times FROM events GROUP BY ${fromPayload.join(', ')}`,
        )
        expect(rows.map((row) => (row as { times: number }).times)).toEqual([2, 2])
      })

      it('is hashed to the head that its successor names', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const rows = makeRows({ topic })
        await writer.insert(under(await writer.fence(0, 1), [rows.next(), rows.next(), rows.next()]))
        const stored = await store.ask<{ payload: string }>('SELECT payload FROM events ORDER BY seq')
        const { breaks, chains } = verifyChains(
          stored.map(({ payload }) => payload),
          { keys: new Map() },
        )
        expect(chains).toHaveLength(1)
        expect(breaks).toEqual([])
      })
    })

    describe('a recorded value', () => {
      it('can be erased, and the chain still verifies', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const disclosure = disclose('/params/arguments/iban', 'DE02 1203 0000 0000 2020 51')
        const rows = makeRows({ topic, disclosures: [disclosure] })
        const commitments = { [disclosure.pointer]: commitmentOf(disclosure) }
        await writer.insert(under(await writer.fence(0, 1), [rows.next({ commitments })]))
        expect(await store.ask('SELECT pointer, salt, value FROM event_disclosures')).toEqual([
          { pointer: disclosure.pointer, salt: disclosure.salt, value: JSON.stringify(disclosure.value) },
        ])

        await store.command('DELETE FROM event_disclosures WHERE pointer = {pointer:String}', {
          parameters: { pointer: disclosure.pointer },
        })
        expect(await store.ask('SELECT pointer FROM event_disclosures')).toEqual([])
        const stored = await store.ask<{ payload: string }>('SELECT payload FROM events')
        expect(stored[0]?.payload).not.toContain('DE02')
        const { breaks } = verifyChains([stored[0]?.payload ?? ''], { keys: new Map() })
        expect(breaks).toEqual([])
      })
    })

    describe('a fence', () => {
      it('lets its owner write, and nobody without one', async () => {
        const store = await migrated()
        const owner = crypto.randomUUID()
        const writer = writerOf(store, owner)
        const rows = makeRows({ topic })
        expect(await codeOf(writer.insert(under({ epoch: 1, owner }, [rows.next()])))).toBe('store_fenced')
        await writer.insert(under(await writer.fence(0, 1), [rows.next()]))
        expect(await count(store)).toBe(1)
      })

      it('keeps out whoever had the partition before, with all of the insert', async () => {
        const store = await migrated()
        const [old, heir] = [writerOf(store), writerOf(store)]
        const [taken, kept] = [makeRows({ topic }), makeRows({ topic, partition: 1 })]
        const [oldFence, keptFence] = [await old.fence(0, 1), await old.fence(1, 1)]
        const newFence = await heir.fence(0, 2)

        const mixed = [...under(keptFence, [kept.next()]), ...under(oldFence, [taken.next()])]
        expect(await codeOf(old.insert(mixed))).toBe('store_fenced')
        expect(await count(store)).toBe(0)
        await heir.insert(under(newFence, [taken.next()]))
        await old.insert(under(keptFence, [kept.next()]))
        expect(await count(store)).toBe(2)
      })

      it('is higher than the one before, even where the log counts anew', async () => {
        const store = await migrated()
        const first = await writerOf(store).fence(0, 40)
        const second = await writerOf(store).fence(0, 1)
        expect(first.epoch).toBe(40)
        expect(second.epoch).toBe(41)
      })

      it('leaves one writer when two take over at once', async () => {
        const store = await migrated()
        const writers = Array.from({ length: 4 }, () => writerOf(store))
        const fences = await Promise.all(writers.map((writer) => writer.fence(0, 7)))
        const rows = makeRows({ topic })
        const outcomes = await Promise.all(
          writers.map((writer, index) => codeOf(writer.insert(under(fences[index] as Fence, [rows.next()])))),
        )
        expect(outcomes.filter((code) => code === undefined)).toHaveLength(1)
        expect(await count(store)).toBe(1)
      })
    })

    describe('what is stored', () => {
      it('is told by offset and id, by chain and number', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        const rows = makeRows({ topic })
        const made = [rows.next(), rows.next(), rows.next()]
        expect(await writer.highestOffset(0)).toBeUndefined()
        await writer.insert(under(await writer.fence(0, 1), made))

        expect(await writer.highestOffset(0)).toBe(2)
        expect(await writer.highestOffset(1)).toBeUndefined()
        expect(await writer.storedBetween(0, 1, 5)).toEqual(
          new Map([
            [1, [made[1]?.id]],
            [2, [made[2]?.id]],
          ]),
        )
        expect(await writer.highestSeqs([rows.chain, 'nobody/0'])).toEqual(new Map([[rows.chain, 3]]))
        expect(await writer.highestSeqs([])).toEqual(new Map())
        expect(await writer.idsOf(rows.chain, [2, 9])).toEqual(new Map([[2, [made[1]?.id]]]))
      })
    })

    it('is asked about many chains and numbers at a time', async () => {
      const store = await migrated()
      const writer = writerOf(store)
      const rows = makeRows({ topic })
      const made = Array.from({ length: 50 }, () => rows.next())
      await writer.insert(under(await writer.fence(0, 1), made))
      const strangers = Array.from({ length: 5_000 }, () => `mcp-servers/payments/pod/${crypto.randomUUID()}`)
      expect(await writer.highestSeqs([...strangers, rows.chain])).toEqual(new Map([[rows.chain, 50]]))
      const seqs = Array.from({ length: 10_000 }, (_, index) => index + 1)
      expect((await writer.idsOf(rows.chain, seqs)).size).toBe(50)
    })

    describe('a fault', () => {
      it('is known by its kind', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        await store.command("ALTER TABLE events ADD CONSTRAINT no_refunds CHECK tool_name != 'refund'")
        const fence = await writer.fence(0, 1)
        const rows = makeRows({ topic })
        expect(await codeOf(writer.insert(under(fence, [rows.next()])))).toBe('store_rejected')
        expect(await count(store)).toBe(0)
        expect(await codeOf(store.ask('SELECT nonsense FROM nowhere'))).toBe('store_misconfigured')
        const slow = store.ask('SELECT count() FROM numbers(100000000000)', {
          settings: { max_execution_time: 1 },
        })
        expect(await codeOf(slow)).toBe('store_limit')
        const nowhere = createClickHouse({
          url: new URL('http://127.0.0.1:1'),
          database: 'default',
          application: 'contract',
        })
        expect(await codeOf(nowhere.ping())).toBe('store_unavailable')
        await nowhere.close()
      })

      it('says nothing of the rows it was about', async () => {
        const store = await migrated()
        const writer = writerOf(store)
        await store.command("ALTER TABLE events ADD CONSTRAINT c CHECK human_id != 'anna'")
        const attempt = writer.insert(under(await writer.fence(0, 1), [makeRows({ topic }).next()]))
        await expect(attempt).rejects.toThrow(/^ClickHouse answered with error \d+$/)
      })
    })
  })
}
