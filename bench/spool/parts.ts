import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createChain } from '../../packages/events/src/chain.ts'
import { encodeEnvelope } from '../../packages/events/src/codec.ts'
import { createIds } from '../../packages/events/src/ids.ts'
import { encodeFrame, sizeEntry } from '../../packages/events/src/segment/frame.ts'
import { nsPerCall } from '../measure.ts'
import { recordOf, trace } from './rounds.ts'

/** Where the time of a record goes, each part on its own: nanoseconds by name. */
export const partsNs = (rounds: number): Readonly<Record<string, number>> => {
  const ids = createIds(Date.now)
  const chain = createChain({
    producer: 'mcp-servers/payments/pod-1',
    source: 'gateway',
    clock: Date.now,
    ids,
  })
  const record = recordOf(1)
  const envelope = chain.request(record, trace)
  const { payload } = envelope
  const value = encodeEnvelope(envelope)
  const into = Buffer.allocUnsafe(64 * 1024)
  const parsed = JSON.parse(payload)
  const parts: Readonly<Record<string, () => number>> = {
    'an id': () => ids().length,
    'JSON of the payload': () => JSON.stringify(parsed).length,
    'SHA-256': () => hash('sha256', payload, 'hex').length,
    'making the event (the three above)': () => chain.request(record, trace).payload.length,
    'bytes of the event': () => encodeEnvelope(envelope).length,
    'CRC-32': () => crc32(value),
    'frame (with its CRC-32)': () => {
      const sized = sizeEntry({ receivedAtMs: 1, value })
      return sized === undefined ? 0 : encodeFrame(sized, 1, into, 0)
    },
  }
  const calls = 20_000
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => {
      const run = (): number => {
        let sum = 0
        for (let n = 0; n < calls; n++) sum += part()
        return sum
      }
      return [name, nsPerCall({ calls, run }, rounds)]
    }),
  )
}
