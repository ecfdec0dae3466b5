import { type EventLog, encodeEnvelope, logHeaders } from '@mcp-sentinel/events'
import { type TestEvent, toolCall } from './event-stores.ts'

type PlacedEvent = TestEvent & Required<Pick<TestEvent, 'id' | 'place'>>

export interface SpokenLog {
  readonly log: EventLog
  readonly say: (...events: readonly PlacedEvent[]) => void
}

/** A call of a tool in this place of a log. */
export const callAt = (partition: number, offset: number, told: object = {}): PlacedEvent => ({
  ...toolCall(Date.now(), { n: partition * 100 + offset, ...told }),
  id: crypto.randomUUID(),
  place: { partition, offset },
})

/** A log whose tail says what a test has it say. */
export const spokenLog = (): SpokenLog => {
  let tell: Parameters<EventLog['tail']>[0] = () => {}
  const silent = () => Promise.reject(new Error('only its tail is spoken'))
  return {
    log: {
      append: silent,
      consume: silent,
      tail: async (onRecords) => {
        tell = onRecords
        return { close: async () => {} }
      },
      close: async () => {},
    },
    say: (...events) =>
      tell(
        events.map(({ id, place, payload }) => ({
          ...place,
          key: 'k',
          headers: { [logHeaders.eventId]: id },
          receivedAtMs: Date.now(),
          value: encodeEnvelope({
            ...{ timestamp: new Date().toISOString(), source: 'gateway', event_type: 'mcp.request' },
            payload: JSON.stringify(payload),
          }),
        })),
      ),
  }
}
