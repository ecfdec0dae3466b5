import type { EventCursor } from '@mcp-sentinel/events/clickhouse'
import { faulty } from '../../problems.ts'

/** Opaque to clients. */
export const encodeCursor = ({ timestampMs, partition, offset }: EventCursor): string =>
  Buffer.from(`${timestampMs}.${partition}.${offset}`).toString('base64url')

const shape = /^(-?\d{1,15})\.(\d{1,9})\.(\d{1,15})$/

export const decodeCursor = (cursor: string): EventCursor => {
  const [, timestampMs, partition, offset] =
    shape.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (timestampMs === undefined)
    throw faulty('invalid_query_param', [{ pointer: 'cursor', message: 'is none that was given out here' }])
  return { timestampMs: Number(timestampMs), partition: Number(partition), offset: Number(offset) }
}
