import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeEnvelope } from '../codec.ts'
import { encodeEvent } from './encode-event.ts'

const aText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
const maybe = fc.option(aText, { nil: undefined })

test('it makes the bytes that the codec makes', () => {
  const anEnvelope = fc.record({
    timestamp: aText,
    trace_id: maybe,
    source: aText,
    event_type: aText,
    traceparent: maybe,
    tracestate: maybe,
    baggage: maybe,
    disclosures: fc.constantFrom(undefined, undefined, [{ pointer: '/a', salt: 's', value: 'é"' }]),
    payload: fc.json(),
  })
  fc.assert(
    fc.property(anEnvelope, (envelope) => {
      expect(encodeEvent(envelope).toString()).toBe(encodeEnvelope(envelope).toString())
    }),
  )
})

test('half of a surrogate pair is escaped as JSON does', () => {
  const envelope = { timestamp: '', source: '\ud800"\\\n\u007f', event_type: 'a', payload: '1' }
  expect(encodeEvent(envelope).toString()).toBe(encodeEnvelope(envelope).toString())
})
