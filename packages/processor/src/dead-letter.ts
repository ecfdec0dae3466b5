import type { LogEntry, LogRecord } from '@mcp-sentinel/events'
import type { Death } from './decode.ts'

/** Bytes of a letter's headers that tell what happened. */
const detailCharsMax = 1024

/** A record that cannot be stored, with its bytes as they came and where they stood. It may be there more than once. */
export const deadLetterOf = (record: LogRecord, topic: string, { reason, detail }: Death): LogEntry => ({
  key: record.key,
  value: record.value,
  receivedAtMs: record.receivedAtMs,
  headers: {
    ...record.headers,
    dead_reason: reason,
    dead_detail: detail.slice(0, detailCharsMax),
    dead_topic: topic,
    dead_partition: String(record.partition),
    dead_offset: String(record.offset),
  },
})
