import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClickHouse } from '../clickhouse/client.ts'
import { arrivals, type LogEnds, storedEnds } from '../clickhouse/queries/arrivals.ts'
import { aScope, type Fact } from './event-facts.ts'
import { matches, newestFirst } from './naive-answers.ts'

/** The part of the contract that is about what came into the store between two moments of the log. */
export const describeArrivals = (facts: readonly Fact[], topic: string, filled: () => ClickHouse): void => {
  describe('arrivals', () => {
    const endsAfter = (count: number): LogEnds => {
      const ends = new Map<number, number>()
      for (const { partition, offset } of facts.slice(0, count)) ends.set(partition, offset)
      return ends
    }

    it('end for each partition with the last event of it, and for another log nowhere', async () => {
      expect(await storedEnds(filled(), topic)).toEqual(endsAfter(facts.length))
      expect(await storedEnds(filled(), 'another')).toEqual(new Map())
    })

    it('are each event that came between, as far as it may be seen, and how many more there are', async () => {
      const count = fc.nat(facts.length)
      await fc.assert(
        fc.asyncProperty(count, count, aScope, fc.constantFrom(1, 50, 1_000), async (a, b, scope, limit) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)]
          const filter = { scope }
          const expected = facts
            .slice(from, to)
            .filter((fact) => matches(filter, fact))
            .toSorted(newestFirst)
          const { events, more } = await arrivals(filled(), {
            ...{ topic, filter, limit },
            since: endsAfter(from),
            until: endsAfter(to),
          })
          expect(events.map(({ id }) => id)).toEqual(
            expected
              .slice(0, limit)
              .map(({ id }) => id)
              .toReversed(),
          )
          expect(more).toBe(Math.max(0, expected.length - limit))
        }),
        { numRuns: 20 },
      )
    })
  })
}
