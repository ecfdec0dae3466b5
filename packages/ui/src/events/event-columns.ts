import type { Column } from '../data-table/columns.ts'
import { namedText } from '../shown-text/shown-text.ts'
import { type Recorded, recordedIn, type SentinelEvent, verdictOfEvent } from './event-record.ts'

type Field = {
  [K in keyof SentinelEvent]-?: NonNullable<SentinelEvent[K]> extends string ? K : never
}[keyof SentinelEvent]

const narrow = 'minmax(120px, 1fr)'
const wide = 'minmax(140px, 1.2fr)'

const field = (name: Field, title: string, width = narrow): Column<SentinelEvent> => ({
  key: name,
  title,
  width,
  sortBy: ({ [name]: text }) => text ?? '',
  text: ({ [name]: text }) => namedText(text ?? ''),
})
const recorded = (name: keyof Recorded, title: string): Column<SentinelEvent> => ({
  key: name,
  title,
  width: narrow,
  isOptional: true,
  sortBy: (event) => recordedIn(event)[name] ?? '',
  text: (event) => namedText(String(recordedIn(event)[name] ?? '')),
})
const optional = (column: Column<SentinelEvent>): Column<SentinelEvent> => ({ ...column, isOptional: true })

/** Of events; `verdict` and `timestamp` are drawn by slots. */
export const eventColumns: readonly Column<SentinelEvent>[] = [
  { key: 'verdict', title: 'Decision', width: '124px', sortBy: verdictOfEvent },
  field('tool_name', 'Tool', wide),
  field('agent_id', 'Agent'),
  field('human_id', 'Human'),
  field('server', 'Server', wide),
  {
    ...field('reason', 'Reason', wide),
    text: ({ reason }) => namedText(reason?.replaceAll('_', ' ') ?? ''),
  },
  optional(field('namespace', 'Namespace')),
  optional(field('team_id', 'Team')),
  optional(field('session_id', 'Session')),
  recorded('rpc_method', 'Method'),
  recorded('required_side_effect', 'Side effect'),
  recorded('matched_grant', 'Grant'),
  {
    ...recorded('latency_ms', 'Took'),
    width: '96px',
    isNumber: true,
    sortBy: (event) => recordedIn(event).latency_ms ?? -1,
    text: (event) => tookText(recordedIn(event).latency_ms),
  },
  optional(field('event_type', 'Type')),
  optional(field('source', 'Source')),
  optional(field('trace_id', 'Trace')),
  {
    key: 'timestamp',
    title: 'When',
    width: '104px',
    isNumber: true,
    sortBy: ({ timestamp }) => Date.parse(timestamp) || 0,
  },
]

export const tookText = (ms: number | undefined): string => (ms === undefined ? '' : `${ms.toFixed(1)} ms`)

/** As they are shown where there is nothing to choose. */
export const usualEventColumns = eventColumns
  .filter(({ isOptional }) => !isOptional)
  .map(({ sortBy: _, ...column }) => column)
