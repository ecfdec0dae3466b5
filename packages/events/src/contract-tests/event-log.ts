import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Claim, EventLog, LogEntry, LogRecord } from '../log.ts'

/** A log for one test, as its adapter makes it. */
export interface LogHarness {
  readonly log: EventLog
  /** Another client of the same log where that is possible; the same one else. */
  readonly reopen: () => Promise<EventLog>
  readonly dispose: () => Promise<void>
}

const limits = { recordsMax: 1000, bytesMax: 1024 * 1024 }
const entry = (key: string, text: string, headers: Record<string, string> = {}): LogEntry => ({
  key,
  value: Buffer.from(text),
  headers,
  receivedAtMs: Date.parse('2026-06-01T12:00:00Z'),
})
const textOf = ({ value }: LogRecord): string => Buffer.from(value).toString()

/** Reads from every partition that this member is given until so many records have come. */
const readAll = async (claims: readonly Claim[], count: number): Promise<LogRecord[]> => {
  const read: LogRecord[] = []
  const enough = new AbortController()
  await Promise.all(
    claims.map(async (claim) => {
      let from = claim.committed
      while (read.length < count) {
        const records = await claim.read(from, { ...limits, signal: enough.signal })
        if (records.length === 0) break
        read.push(...records)
        from = (records.at(-1)?.offset ?? from) + 1
      }
      enough.abort()
    }),
  )
  return read
}

/** What every log promises, held against one adapter. `partitions`: how many its topic has. */
export const eventLogContract = (name: string, partitions: number, make: () => Promise<LogHarness>): void => {
  describe(`event log: ${name}`, () => {
    let harness: LogHarness
    let log: EventLog
    beforeEach(async () => {
      harness = await make()
      log = harness.log
    })
    afterEach(() => harness.dispose())

    const claimAll = async (from: EventLog, group: string) => {
      const consumer = await from.consume(group)
      const claims: Claim[] = []
      while (claims.length < partitions) claims.push((await consumer.nextClaim()) as Claim)
      return { consumer, claims }
    }

    test('gives back what was appended, to the byte, with its headers and its time', async () => {
      const bytes = Buffer.from([0, 255, 10, 13, 0])
      await log.append([
        { ...entry('chain-1', ''), value: bytes, headers: { key_id: 'k', traceparent: '00-ü' } },
      ])
      const { claims } = await claimAll(log, 'g')
      const [record] = await readAll(claims, 1)
      expect(record).toMatchObject({
        key: 'chain-1',
        headers: { key_id: 'k', traceparent: '00-ü' },
        receivedAtMs: entry('', '').receivedAtMs,
      })
      expect(Buffer.from(record?.value ?? [])).toEqual(bytes)
    })

    test('keeps the order of a key, in one partition, by ascending offsets', async () => {
      const keys = ['a', 'b', 'c', 'd']
      for (let i = 0; i < 10; i++) await log.append(keys.map((key) => entry(key, `${key}${i}`)))
      const { claims } = await claimAll(log, 'g')
      const records = await readAll(claims, 40)
      expect(records).toHaveLength(40)
      for (const key of keys) {
        const own = records.filter((record) => record.key === key)
        expect(own.map(textOf)).toEqual(Array.from({ length: 10 }, (_, i) => `${key}${i}`))
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
        const offsets = own.map(({ offset }) => offset)
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
      }
    })

    test('goes on from what a group has committed, under a higher epoch', async () => {
      await log.append([entry('a', '1'), entry('a', '2'), entry('a', '3')])
      const first = await claimAll(log, 'g')
      const read = await readAll(first.claims, 3)
      const [, second] = read
      const claim = first.claims.find(({ partition }) => partition === second?.partition) as Claim
      await claim.commit(second?.offset ?? 0)
      await first.consumer.close()

      const again = await claimAll(await harness.reopen(), 'g')
      const heir = again.claims.find(({ partition }) => partition === claim.partition) as Claim
      expect(heir.epoch).toBeGreaterThan(claim.epoch)
      expect(heir.committed).toBe(second?.offset)
      expect((await heir.read(heir.committed, limits)).map(textOf)).toEqual(['2', '3'])
    })

    test('lets groups read apart', async () => {
      await log.append([entry('a', '1')])
      for (const group of ['g1', 'g2']) {
        const { claims } = await claimAll(log, group)
        expect((await readAll(claims, 1)).map(textOf)).toEqual(['1'])
      }
    })

    test('wakes who waits for records, and lets go who waits no longer', async () => {
      const { claims } = await claimAll(log, 'g')
      const waiting = readAll(claims, 1)
      await log.append([entry('a', 'late')])
      expect((await waiting).map(textOf)).toEqual(['late'])

      const stop = new AbortController()
      const [claim] = claims as [Claim]
      const idle = claim.read(claim.committed + 1_000, { ...limits, signal: stop.signal })
      stop.abort()
      expect(await idle).toEqual([])
    })

    test('reads in batches that are bounded', async () => {
      await log.append(Array.from({ length: 10 }, (_, i) => entry('a', String(i))))
      const { claims } = await claimAll(log, 'g')
      const [first] = await readAll(claims, 1)
      const claim = claims.find(({ partition }) => partition === first?.partition) as Claim
      const batch = await claim.read(first?.offset ?? 0, { ...limits, recordsMax: 3 })
      expect(batch.length).toBeGreaterThan(0)
      expect(batch.length).toBeLessThanOrEqual(3)
    })

    test('takes no commit from a member that has closed', async () => {
      await log.append([entry('a', '1')])
      const { consumer, claims } = await claimAll(log, 'g')
      await consumer.close()
      const [claim] = claims as [Claim]
      expect(claim.lost.aborted).toBe(true)
      await expect(claim.commit(1)).rejects.toMatchObject({ code: 'claim_lost' })
      await expect(claim.read(0, limits)).rejects.toMatchObject({ code: 'claim_lost' })
      expect(await consumer.nextClaim()).toBe(undefined)
    })

    test('gives a partition to one member of a group at a time, and to the next when that closes', async () => {
      const first = await claimAll(log, 'g')
      const second = await log.consume('g')
      const heir = second.nextClaim()
      await first.consumer.close()
      expect(((await heir) as Claim).epoch).toBeGreaterThan(0)
      await second.close()
    })

    test('counts what a group has not committed', async () => {
      await log.append([entry('a', '1'), entry('a', '2')])
      const { consumer, claims } = await claimAll(log, 'g')
      expect(await consumer.lag()).toBe(2)
      const [record] = await readAll(claims, 2)
      await claims.find(({ partition }) => partition === record?.partition)?.commit((record?.offset ?? 0) + 1)
      expect(await consumer.lag()).toBe(1)
    })

    test('shows to who watches what comes from then on', async () => {
      await log.append([entry('a', 'before')])
      const seen: string[] = []
      const arrived = Promise.withResolvers<void>()
      const tail = await log.tail((records) => {
        seen.push(...records.map(textOf))
        if (seen.length >= 2) arrived.resolve()
      })
      await log.append([entry('a', '1'), entry('b', '2')])
      await arrived.promise
      expect(seen.sort()).toEqual(['1', '2'])
      await tail.close()
    })

    test('takes nothing of an append that has one entry too large', async () => {
      const large = { ...entry('a', ''), value: Buffer.alloc(16 * 1024 * 1024) }
      await expect(log.append([entry('a', 'small'), large])).rejects.toMatchObject({ code: 'too_large' })
      await log.append([entry('a', 'after')])
      const { claims } = await claimAll(log, 'g')
      expect((await readAll(claims, 1)).map(textOf)).toEqual(['after'])
    })
  })
}
