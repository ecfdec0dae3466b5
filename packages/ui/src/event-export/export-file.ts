import { recordedIn, type SentinelEvent } from '../events/event-record.ts'
import { csvLine } from './csv.ts'

export const exportFormats = ['CSV', 'NDJSON'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Whether all that matches is in it; else the newest, up to the limit or to where it was left. */
export type ExportEnd = 'whole' | 'cut' | 'left'

const fields = [
  'timestamp',
  'received_at',
  'id',
  'decision',
  'reason',
  'namespace',
  'server',
  'tool_name',
  'human_id',
  'agent_id',
  'team_id',
  'session_id',
  'cluster',
  'source',
  'event_type',
  'trace_id',
  'chain',
  'seq',
  'chain_note',
  'key_id',
] as const
const ofDecision = [
  'decision_id',
  'rpc_method',
  'status',
  'latency_ms',
  'required_side_effect',
  'required_trust',
  'admin_trust',
  'consented_trust',
  'effective_trust',
  'would_be',
  'matched_grant',
  'matched_session',
  'policy_revision',
  'risk_level',
] as const

/** `CSV` has the columns that have a name, and `NDJSON` each event as the API gives it, with its whole payload. */
const writers: Readonly<
  Record<
    ExportFormat,
    {
      readonly type: string
      readonly head: string
      readonly line: (event: SentinelEvent) => string
      readonly note: (text: string, events: number) => string
    }
  >
> = {
  CSV: {
    type: 'text/csv',
    head: csvLine([...fields, ...ofDecision]),
    line: (event) => {
      const recorded = recordedIn(event)
      return csvLine([...fields.map((name) => event[name]), ...ofDecision.map((name) => recorded[name])])
    },
    // As wide as any other record.
    note: (text) => csvLine([text, ...Array(fields.length + ofDecision.length - 1).fill('')]),
  },
  NDJSON: {
    type: 'application/x-ndjson',
    head: '',
    line: (event) => `${JSON.stringify(event)}\n`,
    note: (text, events) => `${JSON.stringify({ incomplete_export: { events, note: text } })}\n`,
  },
}

/** A file that grows by pages of events. Where something is missing, its name and its last line say so. */
export const createExportFile = (format: ExportFormat, beganMs: number) => {
  const { type, head, line, note } = writers[format]
  const parts = [head]
  let count = 0
  const began = new Date(beganMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const missing: Readonly<Record<ExportEnd, string>> = { whole: '', cut: '-cut', left: '-incomplete' }
  return {
    add: (events: readonly SentinelEvent[]) => {
      count += events.length
      parts.push(events.map(line).join(''))
    },
    events: () => count,
    finish: (end: ExportEnd) => ({
      name: `events-${began}Z${missing[end]}.${format.toLowerCase()}`,
      blob: new Blob(
        end === 'whole'
          ? parts
          : [...parts, note(`Only the newest ${count} events are here; older ones match, too.`, count)],
        { type },
      ),
    }),
  }
}
