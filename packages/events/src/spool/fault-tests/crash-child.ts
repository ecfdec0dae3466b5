import { appendFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { createSpool } from '../../adapters/spool.ts'
import { EventError } from '../../errors.ts'
import { sayLine } from '../../segment/fault-tests/say-line.ts'
import { requestRecord } from './requests.ts'

/** Records and begins until it is killed, and says on its output what was answered. Its sink is a file. */
const [directory = '', delivered = '', round = ''] = process.argv.slice(2)
const newline = Buffer.from('\n')
let calls = 0
const nextId = (kind: string): string => `${kind}-${round}-${calls++}`
/** With a dot at its end, so that a line that was cut can be told. */
const say = (what: string): void => sayLine(`${what}.`)

say('opening')
const spool = await createSpool({
  directory,
  producer: 'ns/payments/pod-1',
  source: 'gateway',
  bytesMax: 2 * 1024 * 1024,
  segmentBytesMax: 32 * 1024,
  syncIntervalMs: 5,
  backoff: { minMs: 1, maxMs: 10 },
  sink: {
    write: async (events) => {
      if (Math.random() < 0.1) throw new EventError('sink_unavailable', 'before', { retryable: true })
      // On lines of their own, whatever a child before left half written.
      appendFileSync(delivered, Buffer.concat([newline, ...events.flatMap((event) => [event, newline])]))
      if (Math.random() < 0.1)
        throw new EventError('sink_unavailable', 'its answer is lost', { retryable: true })
      return { rejected: [] }
    },
    close: async () => {},
  },
})

const recordOne = (): void => {
  const id = nextId('record')
  if (spool.record(requestRecord(id, { path: `/${'x'.repeat(Math.random() * 1000)}` }))) say(`recorded ${id}`)
}

const call = async (): Promise<void> => {
  for (;;) {
    const id = nextId('call')
    const intent = await spool.begin(requestRecord(id)).catch((error: EventError) => {
      if (error.code !== 'audit_unavailable') throw error
    })
    say(`${intent === undefined ? 'refused' : 'begun'} ${id}`)
    for (let n = Math.random() * 5; n > 0; n--) recordOne()
    for (let n = Math.random() * 3; n > 0; n--) await setImmediate()
    // Some stay open until the end, over many files.
    if (Math.random() < 0.02) continue
    intent?.close(requestRecord(id, { outcome: 'closed' }))
    if (intent !== undefined) say(`closed ${id}`)
  }
}

await Promise.all(Array.from({ length: 8 }, call))
