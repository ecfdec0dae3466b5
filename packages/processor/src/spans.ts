import type { EventRow } from '@mcp-sentinel/events/clickhouse'
import { contextOf, inSpan, linkTo, startSpan, type Tracer } from '@mcp-sentinel/service'
import type { ProcessorObserver } from './observer.ts'

/** Links of one span; a batch has more events than any viewer shows. */
const linksMax = 128
/** Spans of single events of one insert. */
const eventSpansMax = 1_000

/** Only traces that are recorded get spans: their flag is the last bit of the last field. */
const isRecorded = (traceparent: string | undefined): boolean =>
  traceparent !== undefined && (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1

/** One for each record whose trace is recorded, under that trace. */
export const traceConsumed = (tracer: Tracer, topic: string): ProcessorObserver => ({
  read: (records) => {
    for (const { headers, partition, offset } of records) {
      if (!isRecorded(headers['traceparent'])) continue
      const attributes = { 'kafka.topic': topic, 'kafka.partition': partition, 'kafka.offset': offset }
      const parent = contextOf(headers)
      startSpan(tracer, { name: 'kafka.consume', kind: 'consumer', parent, attributes }).span.end()
    }
  },
})

/** One for the insert, under the first event's trace and linked to the others, and one for each event under its own. */
export const traceInsert =
  (tracer: Tracer, topic: string) =>
  async (rows: readonly EventRow[], insert: () => Promise<void>): Promise<void> => {
    const recorded = rows.filter(({ trace }) => isRecorded(trace.traceparent))
    if (recorded.length === 0) return insert()
    const contexts = recorded.slice(0, eventSpansMax).map(({ trace }) => contextOf(trace))
    const spans = contexts.map((parent) => {
      const attributes = { 'batch.size': rows.length }
      return startSpan(tracer, { name: 'clickhouse.insert_event', kind: 'client', parent, attributes }).span
    })
    try {
      await inSpan(
        tracer,
        {
          name: 'clickhouse.insert_batch',
          kind: 'client',
          parent: contexts[0],
          links: contexts.slice(1, linksMax + 1).flatMap((context) => linkTo(context) ?? []),
          attributes: batchAttributes(topic, rows),
        },
        insert,
      )
    } finally {
      for (const span of spans) span.end()
    }
  }

/** Which parts of the log an insert covers. */
const batchAttributes = (topic: string, rows: readonly EventRow[]) => {
  const ranges = new Map<number, { first: number; last: number }>()
  for (const { place } of rows) {
    const range = ranges.get(place.partition)
    if (range === undefined) ranges.set(place.partition, { first: place.offset, last: place.offset })
    else range.last = place.offset
  }
  const partitions = [...ranges.keys()].sort((a, b) => a - b)
  return {
    'batch.size': rows.length,
    'kafka.batch.message_count': rows.length,
    'kafka.topic': topic,
    'kafka.partition_count': partitions.length,
    'kafka.partitions': partitions.join(','),
    'kafka.first_offset': Math.min(...[...ranges.values()].map(({ first }) => first)),
    'kafka.last_offset': Math.max(...[...ranges.values()].map(({ last }) => last)),
    'kafka.offset_ranges': partitions
      .map(
        (partition) => `${topic}/${partition}:${ranges.get(partition)?.first}-${ranges.get(partition)?.last}`,
      )
      .join(','),
  }
}
