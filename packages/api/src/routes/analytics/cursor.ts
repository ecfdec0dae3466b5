import type { EventCursor } from '@mcp-sentinel/events/clickhouse'
import { decodeNumbers, encodeNumbers } from '../cursor.ts'

export const encodeCursor = ({ timestampMs, partition, offset }: EventCursor): string =>
  encodeNumbers([timestampMs, partition, offset])

const shape = /^(-?\d{1,15})\.(\d{1,9})\.(\d{1,15})$/

export const decodeCursor = (cursor: string): EventCursor => {
  const [timestampMs, partition, offset] = decodeNumbers(cursor, shape)
  return { timestampMs: Number(timestampMs), partition: Number(partition), offset: Number(offset) }
}
