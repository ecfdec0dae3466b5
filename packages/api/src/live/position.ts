import type { LogEnds } from '@mcp-sentinel/events/clickhouse'

/** How far somebody has seen each partition of the log; opaque to clients. */
export const encodePosition = (ends: LogEnds): string =>
  ends.size === 0 ? '-' : [...ends].map(([partition, offset]) => `${partition}:${offset}`).join('_')

const partitionsMax = 1_000
const shape = /^(\d{1,9}):(\d{1,15})$/

/** Undefined for what is none. */
export const decodePosition = (position: string): LogEnds | undefined => {
  if (position === '-') return new Map()
  const parts = position.split('_', partitionsMax + 1)
  const ends = parts.flatMap((part): [number, number][] => {
    const [, partition, offset] = shape.exec(part) ?? []
    return partition === undefined ? [] : [[Number(partition), Number(offset)]]
  })
  return ends.length === parts.length && parts.length <= partitionsMax ? new Map(ends) : undefined
}
