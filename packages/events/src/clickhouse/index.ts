export { type ClickHouse, type ClickHouseOptions, createClickHouse } from './client.ts'
export { type ColumnName, columnNames } from './columns.ts'
export { type MigrateOptions, migrate, retentionDaysDefault } from './migrate.ts'
export {
  type EventCursor,
  type EventPage,
  type EventsQuestion,
  eventsLimitMax,
  newestEvents,
  type StoredEvent,
} from './queries/events.ts'
export { type EventFilter, type FilterColumn, filterColumns, type Scope } from './queries/filter.ts'
export { type Counted, countBy, type Summary, summary } from './queries/summary.ts'
export {
  type ChainNote,
  chainNotes,
  type EventRow,
  type Fence,
  type LogPlace,
  type RowSource,
  rowOf,
} from './rows.ts'
export { createEventWriter, type EventWriter, type EventWriterOptions, type FencedRow } from './write.ts'
