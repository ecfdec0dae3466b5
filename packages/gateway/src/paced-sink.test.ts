import { setImmediate as turn } from 'node:timers/promises'
import type { EventSink } from '@mcp-sentinel/events'
import { expect, onTestFinished, test } from 'vitest'
import { pacedSink } from './paced-sink.ts'

const sizes = (): { sink: EventSink; written: number[] } => {
  const written: number[] = []
  const write: EventSink['write'] = async (events) => {
    written.push(events.length)
    return { rejected: [] }
  }
  return { sink: { write, close: async () => {} }, written }
}
const events = (count: number) => Array.from({ length: count }, () => Buffer.from('{}'))
const never = 3_600_000

test('the first go at once, few after them wait, and their end is the end of the sink', async () => {
  const { sink, written } = sizes()
  const paced = pacedSink(sink, { intervalMs: never, eventsAtOnce: 3 })
  await paced.write(events(1))
  const waiting = paced.write(events(2))
  await turn()
  expect(written).toEqual([1])
  await Promise.all([expect(waiting).rejects.toThrow(), paced.close()])
  expect(written).toEqual([1])
})

test('many do not wait', async () => {
  const { sink, written } = sizes()
  const paced = pacedSink(sink, { intervalMs: never, eventsAtOnce: 3 })
  onTestFinished(paced.close)
  await paced.write(events(1))
  await paced.write(events(3))
  expect(written).toEqual([1, 3])
})

test('few go when their time has come', async () => {
  const { sink, written } = sizes()
  const paced = pacedSink(sink, { intervalMs: 5, eventsAtOnce: 3 })
  onTestFinished(paced.close)
  await paced.write(events(1))
  await paced.write(events(2))
  expect(written).toEqual([1, 2])
})
