import {
  type ClickHouse,
  countBy,
  type EventFilter,
  latency,
  newestEvents,
  refusalReasons,
  summary,
  usage,
} from '@mcp-sentinel/events/clickhouse'
import { days } from './load.ts'

export interface Question {
  readonly name: string
  /** Milliseconds of the median; those without one are only looked at. */
  readonly goalMs?: number
  /** Asks for something else at each repetition, so that no cache of answers can know it. */
  readonly ask: (store: ClickHouse, repetition: number) => Promise<unknown>
}

/** What the engine cannot do for less: a round trip, and reading one narrow column of every row. */
export const floors: readonly Question[] = [
  { name: 'round trip', ask: (store) => store.ask('SELECT 1') },
  {
    name: 'scan of one column',
    ask: (store, repetition) =>
      store.ask('SELECT count() FROM events WHERE latency_ms > {least:Float64}', {
        parameters: { least: repetition / 1000 },
      }),
  },
]

const filters: Readonly<Record<string, (repetition: number) => EventFilter>> = {
  server: (n) => ({ server: `server-${n}` }),
  'tool of a server': (n) => ({ server: `server-${n}`, tool_name: `tool-${n % 8}` }),
  'person, busy': (n) => ({ human_id: `person-${n}@example.com` }),
  'person, quiet': (n) => ({ human_id: `person-${1_900 + n}@example.com` }),
  'person, unknown': (n) => ({ human_id: `nobody-${n}` }),
  agent: (n) => ({ agent_id: `agent-${n}` }),
  refused: (n) => ({ decision: 'deny', toMs: Date.now() - n }),
  'refused, reason, server': (n) => ({ decision: 'deny', reason: 'trust_too_low', server: `server-${n}` }),
  'namespace or team': (n) => ({
    scope: { namespaces: ['payments'], teamIds: [`team-${n % 4}`, `team-x-${n}`] },
  }),
  'trace, unknown': (n) => ({ trace_id: `0193-${n}` }),
}

export const questionsAt = (nowMs: number): readonly Question[] => {
  const calls = (repetition: number) => ({ windowDays: days, limit: 10, nowMs: nowMs - repetition })
  return [
    { name: 'newest 100', goalMs: 20, ask: (store) => newestEvents(store, { limit: 100 }) },
    ...Object.entries(filters).map(([name, filterOf]) => ({
      name: `newest 100: ${name}`,
      goalMs: 20,
      ask: (store: ClickHouse, repetition: number) =>
        newestEvents(store, { filter: filterOf(repetition), limit: 100 }),
    })),
    { name: 'summary', goalMs: 50, ask: (store) => summary(store) },
    { name: 'counts by source', ask: (store) => countBy(store, 'source') },
    { name: 'usage of 30 days', goalMs: 150, ask: (store, repetition) => usage(store, calls(repetition)) },
    {
      name: 'usage of 1 day',
      ask: (store, repetition) => usage(store, { ...calls(repetition), windowDays: 1 }),
    },
    { name: 'refusals of 30 days', ask: (store, repetition) => refusalReasons(store, calls(repetition)) },
    { name: 'latency of 30 days', ask: (store, repetition) => latency(store, calls(repetition)) },
  ]
}
