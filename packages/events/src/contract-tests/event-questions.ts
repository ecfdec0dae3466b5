import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClickHouse, createClickHouse } from '../clickhouse/client.ts'
import { migrate } from '../clickhouse/migrate.ts'
import { type ChainCursor, eventsOfChain } from '../clickhouse/queries/chain.ts'
import { disclosuresOf } from '../clickhouse/queries/disclosures.ts'
import { type EventCursor, eventsLimitMax, newestEvents } from '../clickhouse/queries/events.ts'
import { type EventFilter, filterColumns } from '../clickhouse/queries/filter.ts'
import { latency } from '../clickhouse/queries/latency.ts'
import { questionLimits } from '../clickhouse/queries/limits.ts'
import { refusalReasons } from '../clickhouse/queries/refusals.ts'
import { countBy, summary } from '../clickhouse/queries/summary.ts'
import { usage } from '../clickhouse/queries/usage.ts'
import { createRows, type EventRow } from '../clickhouse/rows.ts'
import { createEventWriter } from '../clickhouse/write.ts'
import { disclose } from '../commit.ts'
import { verifyChains } from '../verify.ts'
import { describeArrivals } from './arrival-questions.ts'
import { aScope, drawFacts, type Fact, nowMs, payloadOf, rowOfFact } from './event-facts.ts'
import { makeRows } from './event-rows.ts'
import { grouped, matches, newestFirst } from './naive-answers.ts'
import { overhear } from './overhear.ts'
import { describeUsage } from './usage-questions.ts'

const topic = 'mcp.events'

export interface QuestionedEngine {
  readonly url: string
  /** Whoever may only read; questions are asked as they are asked in service. */
  readonly readerUrl: string
  readonly close: () => Promise<void>
}

/** What a store keeps whom questions are put to: every answer is compared with one found by looking at every event. */
export const eventQuestionsContract = (name: string, engine: () => Promise<QuestionedEngine>) => {
  describe(name, () => {
    const facts = drawFacts(2_500)
    const receivedAtMs = Date.now()
    let running: QuestionedEngine
    let server: ClickHouse
    /** Holds the facts. */
    let filled: ClickHouse
    const databases: string[] = []
    const stores: ClickHouse[] = []

    const connect = (url: string, database: string): ClickHouse => {
      const store = createClickHouse({ url: new URL(url), database, application: 'contract' })
      stores.push(store)
      return store
    }
    const storeOf = async (...batches: readonly (readonly EventRow[])[]): Promise<ClickHouse> => {
      const database = `questions_${crypto.randomUUID().replaceAll('-', '')}`
      databases.push(database)
      const store = connect(running.url, database)
      await migrate({ store, server })
      const writer = createEventWriter({ store, topic, owner: crypto.randomUUID() })
      const fences = await Promise.all([0, 1, 2].map((partition) => writer.fence(partition, 1)))
      for (const rows of batches) {
        await writer.insert(
          rows.flatMap((row) => {
            const fence = fences[row.place.partition]
            return fence === undefined ? [] : [{ row, fence }]
          }),
        )
      }
      return connect(running.readerUrl, database)
    }
    const rows = createRows(topic)
    const rowsOf = (some: readonly Fact[]): readonly EventRow[] =>
      some.map((fact) => rowOfFact(fact, rows, receivedAtMs))
    beforeAll(async () => {
      running = await engine()
      server = connect(running.url, 'default')
      // Several parts, so that an answer is put together from more than one.
      filled = await storeOf(
        rowsOf(facts.slice(0, 900)),
        rowsOf(facts.slice(900, 901)),
        rowsOf(facts.slice(901)),
      )
    }, 60_000)
    afterAll(async () => {
      for (const database of databases)
        await server.command('DROP DATABASE IF EXISTS {database:Identifier}', { parameters: { database } })
      for (const store of stores) await store.close()
      await running.close()
    }, 60_000)

    const idsOf = (events: readonly { readonly id: string }[]): readonly string[] =>
      events.map(({ id }) => id)
    const expected = (filter: EventFilter): readonly string[] =>
      idsOf(facts.filter((fact) => matches(filter, fact)).toSorted(newestFirst))
    const allPages = async (store: ClickHouse, limit: number, filter: EventFilter = {}) => {
      const ids: string[] = []
      let before: EventCursor | undefined
      do {
        const page = await newestEvents(store, { filter, limit, before })
        expect(page.events.length).toBeLessThanOrEqual(limit)
        ids.push(...idsOf(page.events))
        before = page.next
      } while (before !== undefined)
      return ids
    }

    describe('the newest events', () => {
      it.each([1_000, 333, 100, 41])('are all there are, each once, by pages of %i', async (limit) => {
        expect(await allPages(filled, limit)).toEqual(expected({}))
      })

      it('are told apart within a millisecond', async () => {
        const twins = facts.slice(0, 30).map((fact) => ({ ...fact, timestampMs: nowMs }))
        const store = await storeOf(rowsOf(twins))
        expect(await allPages(store, 1)).toEqual(idsOf(twins.toSorted(newestFirst)))
      })

      it.each(filterColumns)('can be those of one %s', async (column) => {
        const values = new Set(facts.map((fact) => fact[column]))
        for (const value of [...values, 'nobody']) {
          expect(await allPages(filled, 1_000, { [column]: value })).toEqual(expected({ [column]: value }))
        }
      })

      it('can be those that several conditions hold for', async () => {
        const anInstant = fc.constantFrom(...facts.map(({ timestampMs }) => timestampMs))
        const aFilter = fc.record(
          {
            server: fc.constantFrom('search', 'ledger'),
            decision: fc.constantFrom('allow', 'deny'),
            human_id: fc.constantFrom('anna', 'ben', ''),
            fromMs: anInstant,
            toMs: anInstant,
            scope: aScope,
          },
          { requiredKeys: [] },
        )
        await fc.assert(
          fc.asyncProperty(aFilter, fc.constantFrom(1_000, 97), async (filter, limit) => {
            expect(await allPages(filled, limit, filter)).toEqual(expected(filter))
          }),
          { numRuns: 25 },
        )
      })

      it('are nobody’s to see without a scope that names them', async () => {
        for (const scope of [
          { namespaces: [], teamIds: [] },
          { namespaces: [''], teamIds: [''] },
          { namespaces: ["finance') OR 1 --"], teamIds: ['team-z'] },
        ]) {
          expect(await newestEvents(filled, { filter: { scope }, limit: 10 })).toEqual({ events: [] })
        }
      })

      it('are found wherever in time they are, and however rare', async () => {
        const common = facts.slice(0, 400).map((fact) => ({ ...fact, human_id: 'many' }))
        const rare = [0, 40, 2_000, 9_000].map((daysAgo, index) => ({
          ...(facts[400 + index] as Fact),
          human_id: 'few',
          timestampMs: nowMs - daysAgo * 86_400_000,
        }))
        const store = await storeOf(rowsOf([...common, ...rare]))
        expect(await allPages(store, 3, { human_id: 'few' })).toEqual(idsOf(rare.toSorted(newestFirst)))
      })

      it('come no more than may come at a time', async () => {
        const page = await newestEvents(filled, { limit: 1_000_000 })
        expect(page.events).toHaveLength(eventsLimitMax)
      })

      it('are told whole', async () => {
        const [fact] = facts.toSorted(newestFirst)
        const page = await newestEvents(filled, { limit: 1 })
        const { timestampMs, partition, offset, latency_ms, decision_id, rpc_method, ...told } = fact as Fact
        expect(page).toEqual({
          events: [
            {
              ...told,
              payload: payloadOf(fact as Fact),
              timestamp: new Date(timestampMs).toISOString(),
              received_at: new Date(receivedAtMs).toISOString(),
              chain_note: '',
              key_id: 'key-1',
            },
          ],
          next: { timestampMs, partition, offset },
        })
      })
    })

    describe('a hostile value', () => {
      const hostile = [
        `'`,
        `"`,
        `\\`,
        `\\'`,
        `' OR 1 = 1 --`,
        '{x:String}',
        '{',
        '}}',
        '\u0000',
        'a\u0000b',
        'tab\tnewline\nreturn\r',
        '\\N',
        'ünïcode 🙂',
        '%27',
        'x'.repeat(2_000),
      ]

      it('is a value like any other', async () => {
        const made = hostile.map((value, index): Fact => {
          const fact = facts[index] as Fact
          const texts = Object.fromEntries(filterColumns.map((column) => [column, value]))
          return { ...fact, ...texts, source: 'gateway', event_type: 'mcp.request', timestampMs: nowMs }
        })
        const store = await storeOf(rowsOf(made))
        for (const fact of made) {
          const { server: value, id } = fact
          for (const filter of [
            { human_id: value },
            { trace_id: value, session_id: value, reason: value },
            { scope: { namespaces: [value], teamIds: [] } },
          ]) {
            const { events } = await newestEvents(store, { filter, limit: 10 })
            expect(idsOf(events)).toEqual([id])
            expect(events[0]?.tool_name).toBe(value)
          }
        }
      })

      it('never becomes part of a statement, and every statement is bounded', async () => {
        const value = `'; DROP TABLE events; --`
        const { asked, store } = overhear(filled)
        const scope = { namespaces: [value], teamIds: [value] }
        const calls = { windowDays: 30, nowMs, limit: 10, scope, server: value, toolName: value }
        await newestEvents(store, { filter: { human_id: value, scope }, limit: 10 })
        await usage(store, { ...calls, decision: value })
        await refusalReasons(store, calls)
        await latency(store, calls)
        await eventsOfChain(store, { chain: value, limit: 10 })
        await disclosuresOf(store, [crypto.randomUUID()])
        await summary(store)
        await countBy(store, 'source')
        for (const { sql, asking } of asked) {
          expect(sql).not.toContain('DROP')
          expect(asking.settings).toMatchObject(questionLimits)
        }
      })
    })

    describe('a summary', () => {
      it('counts what there is and names the newest', async () => {
        const [newest] = facts.toSorted(newestFirst)
        expect(await summary(filled)).toEqual({
          total_events: facts.length,
          active_servers: new Set(
            facts.filter((fact) => fact.server !== '').map((fact) => `${fact.namespace}/${fact.server}`),
          ).size,
          latest_source: newest?.source,
          last_event_type: newest?.event_type,
          last_event_time: new Date(newest?.timestampMs ?? 0).toISOString(),
        })
      })

      it('of nothing is empty', async () => {
        expect(await summary(await storeOf())).toEqual({
          total_events: 0,
          active_servers: 0,
          latest_source: '',
          last_event_type: '',
          last_event_time: '',
        })
      })

      it.each(['source', 'event_type'] as const)('counts events by %s', async (column) => {
        const counts = grouped(facts, (fact) => ({ name: fact[column] }))
          .map(({ key: { name }, facts: some }) => ({ name, count: some.length }))
          .toSorted((a, b) => b.count - a.count)
        expect(await countBy(filled, column)).toEqual(counts)
      })
    })

    describeArrivals(facts, topic, () => filled)
    describeUsage(facts, { filled: () => filled, stored: (some) => storeOf(rowsOf(some)) })

    describe('a chain', () => {
      const payloadsOf = async (store: ClickHouse, chain: string, limit: number) => {
        const payloads: string[] = []
        let after: ChainCursor | undefined
        do {
          const page = await eventsOfChain(store, { chain, limit, after })
          payloads.push(...page.payloads)
          after = page.next
        } while (after !== undefined)
        return payloads
      }

      it('comes page by page, to the byte, and verifies', async () => {
        const rows = makeRows({ topic })
        const other = makeRows({ topic, partition: 1 })
        const made = Array.from({ length: 25 }, (_, index) => rows.next({ tool_name: `ünï "${index}" \\` }))
        const store = await storeOf(made.slice(10), [...made.slice(0, 10), other.next()])
        for (const limit of [25, 10, 1]) {
          const payloads = await payloadsOf(store, rows.chain, limit)
          const { chains, breaks } = verifyChains(payloads, { keys: new Map() })
          expect(breaks).toEqual([])
          expect(chains).toEqual([{ chain: rows.chain, first: 1, last: 25, signedUpTo: 0 }])
        }
      })

      it('shows each event of a number that was given twice, in the order of the log', async () => {
        const made = facts.slice(0, 6).map((fact, index) => ({
          ...fact,
          chain: 'finance/ledger/pod-1/0193',
          seq: Math.floor(index / 2) + 1,
          partition: index % 2,
          offset: 10 - index,
        }))
        const store = await storeOf(rowsOf(made.toReversed()))
        const payloads = await payloadsOf(store, 'finance/ledger/pod-1/0193', 1)
        expect(payloads).toEqual(made.map(payloadOf))
      })
    })

    describe('disclosures', () => {
      it('are told once, however often they were written down', async () => {
        const disclosure = disclose('/params/arguments/iban', { text: 'DE02', 'quote "': [1, null] })
        const rows = makeRows({ topic, disclosures: [disclosure, disclose('/other', 'x')] })
        const made = Array.from({ length: 450 }, () => rows.next())
        const store = await storeOf(made, made.slice(0, 1))
        const [first] = made
        const found = await disclosuresOf(store, idsOf(made))
        expect(found).toHaveLength(900)
        expect(found.filter(({ event_id }) => event_id === first?.id)).toContainEqual({
          event_id: first?.id,
          ...disclosure,
        })
        expect(await disclosuresOf(store, [crypto.randomUUID()])).toEqual([])
        expect(await disclosuresOf(store, [])).toEqual([])
      })
    })
  })
}
