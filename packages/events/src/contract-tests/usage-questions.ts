import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClickHouse } from '../clickhouse/client.ts'
import { latency } from '../clickhouse/queries/latency.ts'
import { refusalReasons } from '../clickhouse/queries/refusals.ts'
import { countBy } from '../clickhouse/queries/summary.ts'
import { usage } from '../clickhouse/queries/usage.ts'
import { aScope, type Fact, nowMs } from './event-facts.ts'
import { callsAmong, grouped, naiveUsage } from './naive-answers.ts'
import { overhear } from './overhear.ts'

interface Stores {
  /** Holds the facts. */
  readonly filled: () => ClickHouse
  readonly stored: (facts: readonly Fact[]) => Promise<ClickHouse>
}

/** The part of the contract that is about calls of tools. */
export const describeUsage = (facts: readonly Fact[], { filled, stored }: Stores) => {
  describe('usage', () => {
    const someCalls = fc.record(
      {
        scope: aScope,
        server: fc.constantFrom('search', 'ledger', 'nobody'),
        decision: fc.constantFrom('allow', 'deny', 'unknown', 'observe'),
        toolName: fc.constantFrom('find', 'refund'),
      },
      { requiredKeys: [] },
    )

    it.each([1, 2, 3, 30, 365])('of %i days is what a fold over all events gives', async (windowDays) => {
      const question = { windowDays, limit: 50, nowMs }
      expect(await usage(filled(), question)).toEqual(naiveUsage(facts, question))
    })

    it('is the same fold for any part of the calls', async () => {
      await fc.assert(
        fc.asyncProperty(
          someCalls,
          fc.constantFrom(1, 2, 7, 30, 365),
          fc.constantFrom(1, 5, 50),
          async (some, windowDays, limit) => {
            const question = { ...some, windowDays, limit, nowMs }
            expect(await usage(filled(), question)).toEqual(naiveUsage(facts, question))
          },
        ),
        { numRuns: 15 },
      )
    })

    it.each([0, 1, 2, 3, 4, 5, 6])('is the same fold %i days before a Monday', async (days) => {
      for (const windowDays of [3, 7, 30]) {
        const question = { windowDays, limit: 50, nowMs: nowMs - days * 86_400_000 }
        expect(await usage(filled(), question)).toEqual(naiveUsage(facts, question))
      }
    })

    it('is the same to a store whose days begin elsewhere', async () => {
      const store = filled()
      const ask = <Row>(sql: string, asking: Parameters<ClickHouse['ask']>[1]) =>
        store.ask<Row>(sql, {
          ...asking,
          settings: { ...asking?.settings, session_timezone: 'Pacific/Auckland' },
        })
      for (const windowDays of [1, 5, 30]) {
        const question = { windowDays, limit: 50, nowMs }
        expect(await usage({ ...store, ask }, question)).toEqual(naiveUsage(facts, question))
      }
    })

    it('of nobody’s calls is empty', async () => {
      const scope = { namespaces: [], teamIds: [] }
      const { totals, ...lists } = await usage(filled(), { windowDays: 30, limit: 10, nowMs, scope })
      expect(new Set(Object.values(totals))).toEqual(new Set([0]))
      expect(lists).toEqual({ servers: [], actors: [], tools: [], decisions: [], series: [] })
    })

    it('looks back as far and lists as much as it may', async () => {
      const question = { windowDays: 100_000, limit: 100_000, nowMs }
      const bounds = { windowDays: 365, limit: 50, nowMs }
      expect(await usage(filled(), question)).toEqual(naiveUsage(facts, bounds))
    })

    it('is the same fold whatever the names are', async () => {
      const strange = [`'`, '\\', '\u0000', 'a\u0000', 'tab\t', '', ' ', 'ünï 🙂', '%', 'x'.repeat(2_000)]
      const named = facts.map((fact, index): Fact => {
        const name = (every: number): string => strange[Math.floor(index / every) % strange.length] ?? ''
        const names = { namespace: name(1), server: name(2), tool_name: name(3), human_id: name(5) }
        return { ...fact, ...names, agent_id: name(7), session_id: name(11), decision: name(13) }
      })
      const store = await stored(named)
      for (const windowDays of [1, 5, 30, 365]) {
        const question = { windowDays, limit: 50, nowMs }
        expect(await usage(store, question)).toEqual(naiveUsage(named, question))
      }
    })

    it('by the day comes from what the store keeps by the day and the week, and is what every row says', async () => {
      const many = Array.from({ length: 8 }, () => facts).flat()
      const store = await stored(many.map((fact, offset) => ({ ...fact, offset })))
      const { asked, store: overheard } = overhear(store)
      const calls = { windowDays: 30, limit: 10, nowMs, scope: { namespaces: ['finance'], teamIds: [] } }
      await usage(overheard, { ...calls, decision: 'deny', server: 'search', toolName: 'find' })
      await refusalReasons(overheard, calls)
      await latency(overheard, calls)
      await countBy(overheard, 'event_type')
      const projections = new Set<string>()
      for (const { sql, asking } of asked) {
        const plan = await store.ask<{ readonly explain: string }>(`EXPLAIN ${sql}`, asking)
        const reads = plan.map(({ explain }) => explain).filter((step) => step.includes('ReadFrom'))
        expect(reads.filter((step) => step.includes('.events'))).toEqual([])
        for (const step of reads) projections.add(step.replace(/.*\((\w+)\).*/, '$1'))
      }
      expect(projections).toEqual(new Set(['callers', 'calls', 'kinds']))

      const scan = <Row>(sql: string, asking: Parameters<ClickHouse['ask']>[1]) =>
        store.ask<Row>(sql, {
          ...asking,
          settings: { ...asking?.settings, optimize_use_projections: 0 },
        })
      const everyRow = { ...store, ask: scan }
      for (const windowDays of [4, 30]) {
        const window = { windowDays, limit: 50, nowMs }
        expect(await usage(store, window)).toEqual(await usage(everyRow, window))
        expect(await refusalReasons(store, window)).toEqual(await refusalReasons(everyRow, window))
        expect(await latency(store, window)).toEqual(await latency(everyRow, window))
      }
    }, 60_000)
  })

  describe('refusals', () => {
    it.each([2, 30])('of %i days are counted by their reasons', async (windowDays) => {
      const calls = { windowDays, nowMs, limit: 10 }
      const counts = grouped(callsAmong(facts, { ...calls, decision: 'deny' }), ({ reason }) => ({
        reason,
      }))
        .map(({ key, facts: some }) => ({ ...key, events: some.length }))
        .toSorted((a, b) => b.events - a.events || (a.reason < b.reason ? -1 : 1))
      expect(await refusalReasons(filled(), calls)).toEqual(counts)
    })
  })

  describe('latency', () => {
    it('is that of the calls that were allowed, to a percent', async () => {
      const calls = { windowDays: 90, nowMs, limit: 100 }
      const groups = grouped(callsAmong(facts, { ...calls, decision: 'allow' }), (fact) => ({
        server: fact.server,
        namespace: fact.namespace,
      }))
      const rows = await latency(filled(), calls)
      expect(rows).toHaveLength(groups.length)
      for (const { key, facts: some } of groups) {
        const row = rows.find((one) => one.server === key.server && one.namespace === key.namespace)
        expect(row?.events).toBe(some.length)
        const sorted = some.map(({ latency_ms }) => latency_ms).toSorted((a, b) => a - b)
        for (const [quantile, told] of [
          [0.5, row?.p50],
          [0.9, row?.p90],
          [0.99, row?.p99],
        ] as const) {
          const rank = quantile * (sorted.length - 1)
          expect(told).toBeGreaterThan((sorted[Math.floor(rank)] ?? 0) * 0.985)
          expect(told).toBeLessThan((sorted[Math.ceil(rank)] ?? 0) * 1.015)
        }
      }
    })
  })
}
