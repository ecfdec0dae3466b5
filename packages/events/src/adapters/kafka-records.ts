import type { LogEntry, LogRecord } from '../log.ts'

/** What a record has beyond its own bytes, at most: lengths, attributes, offset and time; a header's two lengths. */
const recordRoomBytes = 64
const headerRoomBytes = 10

/** An upper bound of what the entry takes in a record batch. */
export const bytesOf = ({ key, value, headers }: LogEntry): number =>
  recordRoomBytes +
  Buffer.byteLength(key) +
  value.length +
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + headerRoomBytes + Buffer.byteLength(name) + Buffer.byteLength(text),
    0,
  )

/** The time of receipt is the record's timestamp, so the topic must keep the time that it is given (CreateTime). */
export const messageOf = ({ key, value, headers, receivedAtMs }: LogEntry) => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  headers: { ...headers },
  timestamp: String(receivedAtMs),
})

type HeaderValue = Buffer | string | undefined

interface Message {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: string
  readonly offset: string
  readonly headers?: Readonly<Record<string, HeaderValue | (Buffer | string)[]>>
}

export const recordOf = (
  partition: number,
  { key, value, timestamp, offset, headers }: Message,
): LogRecord => ({
  partition,
  offset: Number(offset),
  key: key?.toString() ?? '',
  value: value ?? Buffer.alloc(0),
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, text]) => [name, String(Array.isArray(text) ? text[0] : text)]),
  ),
  receivedAtMs: Number(timestamp),
})
