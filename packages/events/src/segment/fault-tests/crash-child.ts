import { createSegmentWriter } from '../writer.ts'
import { sayLine } from './say-line.ts'

/** Appends until it is killed, and says on its output what was answered: first offset, next offset, name of the call. */
const [directory = '', round = ''] = process.argv.slice(2)
const writer = await createSegmentWriter({ directory, segmentBytesMax: 64 * 1024, syncIntervalMs: 5 })
let calls = 0

const append = async (): Promise<void> => {
  for (;;) {
    const call = `${round}.${calls++}`
    const entries = Array.from({ length: 1 + Math.floor(Math.random() * 40) }, (_, index) => ({
      receivedAtMs: index,
      headers: { call },
      value: Buffer.from(`${call}.${index} `.padEnd(Math.floor(Math.random() * 2000), 'x')),
    }))
    const { first, next } = await writer.append(entries, { durable: Math.random() < 0.5 })
    sayLine(`${first} ${next} ${call}`)
  }
}

await Promise.all(Array.from({ length: 8 }, append))
