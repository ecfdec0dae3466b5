export { type ClickHouse, type ClickHouseOptions, createClickHouse } from './client.ts'
export { type ColumnName, columnNames } from './columns.ts'
export { type MigrateOptions, migrate, retentionDaysDefault } from './migrate.ts'
export {
  type Arrivals,
  type ArrivalsQuestion,
  arrivals,
  type LogEnds,
  storedEnds,
} from './queries/arrivals.ts'
export { type ChainCursor, type ChainPage, type ChainQuestion, eventsOfChain } from './queries/chain.ts'
export { disclosuresOf, type StoredDisclosure } from './queries/disclosures.ts'
export {
  type EventCursor,
  type EventPage,
  type EventsQuestion,
  eventsLimitMax,
  newestEvents,
  type StoredEvent,
} from './queries/events.ts'
export { type EventFilter, type FilterColumn, filterColumns, type Scope } from './queries/filter.ts'
export { type Latency, type LatencyQuestion, latency, latencyLimitMax } from './queries/latency.ts'
export { type RefusalsQuestion, type Refused, refusalReasons, refusalsLimitMax } from './queries/refusals.ts'
export { type Counted, countBy, type Summary, summary } from './queries/summary.ts'
export { type Calls, windowDaysMax } from './queries/usage/calls.ts'
export type { DecisionUsage, UsageBucket } from './queries/usage/decided.ts'
export type { ActorUsage, ServerUsage, ToolUsage } from './queries/usage/lists.ts'
export { type Usage, type UsageQuestion, type UsageTotals, usage, usageLimitMax } from './queries/usage.ts'
export {
  type ChainNote,
  chainNotes,
  createRows,
  type EventRow,
  type Fence,
  type LogPlace,
  type RowSource,
  type Rows,
  sourceOf,
} from './rows.ts'
export { createEventWriter, type EventWriter, type EventWriterOptions, type FencedRow } from './write.ts'
