import { rm } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSpool, type Intent, type SpoolOptions } from '../../adapters/spool.ts'
import type { RequestRecord } from '../../envelope.ts'
import { temporaryDirectory } from '../../segment/fault-tests/temporary-directory.ts'
import { createDyingFiles } from './dying-files.ts'
import { breaksOf, countDecisions, readEvents, requestRecord, unlinkedIn } from './requests.ts'
import { createStandInSink } from './stand-in-sink.ts'

type Step = {
  readonly what: 'record' | 'begin' | 'close' | 'sync' | 'reopen' | 'kill'
  readonly size: number
}

const aStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('record', 'record', 'begin', 'close', 'close', 'sync', 'reopen'),
  size: fc.nat(3000),
})

const optionsOf = (directory: string, more: Partial<SpoolOptions> = {}): SpoolOptions => ({
  directory,
  producer: 'ns/payments/pod-1',
  source: 'gateway',
  segmentBytesMax: 8 * 1024,
  syncIntervalMs: 5,
  ...more,
})

/** What was answered to whom. */
interface Answers {
  readonly recorded: string[]
  readonly begun: string[]
  readonly closed: string[]
}

/** Takes the steps until they end or the disk does. */
const live = async (
  options: SpoolOptions,
  steps: readonly Step[],
  name: string,
  answers: Answers,
  kill = (): void => {},
) => {
  let open: [string, Intent][] = []
  let spool = await createSpool(options)
  const take: Record<Step['what'], (record: RequestRecord, size: number) => unknown> = {
    record: (record) => spool.record(record) && answers.recorded.push(record.decision_id),
    kill,
    sync: () => spool.drain(options.sink === undefined ? 0 : 1000),
    begin: async (record) => {
      const intent = await spool.begin(record).catch(() => undefined)
      if (intent === undefined) return
      open.push([record.decision_id, intent])
      answers.begun.push(record.decision_id)
    },
    close: (_, size) => {
      for (const [id, intent] of open.splice(size % (open.length || 1), 1)) {
        intent.close(requestRecord(id, { outcome: 'closed' }))
        if (spool.stats().owed === 0 && !spool.stats().failed) answers.closed.push(id)
      }
    },
    reopen: async () => {
      open = []
      await spool.close().catch(() => {})
      spool = await createSpool(options)
    },
  }
  for (const [n, { what, size }] of steps.entries())
    await take[what](requestRecord(`${what}-${name}-${n}`, { path: `/${'p'.repeat(size)}` }), size)
  await spool.close().catch(() => {})
}

const checkLaws = async (directory: string, answers: Answers): Promise<void> => {
  const events = await readEvents(directory)
  expect([breaksOf(events), unlinkedIn(events)]).toEqual([[], []])
  const counts = countDecisions(events)
  expect([...counts].filter(([, count]) => count > 1)).toEqual([])
  expect([...answers.recorded, ...answers.begun].filter((id) => !counts.has(id))).toEqual([])
  const outcomes = new Map(events.map(({ decisionId, outcome }) => [decisionId, outcome]))
  expect(answers.closed.filter((id) => outcomes.get(id) !== 'closed')).toEqual([])
}

const reopen = async (directory: string): Promise<void> => (await createSpool(optionsOf(directory))).close()

test('whatever is done, and whenever the process dies: what was answered is there, once, in unbroken chains', async () => {
  const directory = await temporaryDirectory()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ steps: fc.array(aStep, { maxLength: 25 }), calls: fc.nat(90) }), {
        minLength: 1,
        maxLength: 3,
      }),
      async (lives) => {
        await rm(directory, { recursive: true })
        const answers: Answers = { recorded: [], begun: [], closed: [] }
        for (const [n, { steps, calls }] of lives.entries()) {
          const { files, isDead } = createDyingFiles(calls)
          await live(optionsOf(directory, { files }), steps, String(n), answers).catch((error: unknown) => {
            if (!isDead()) throw error
          })
        }
        await reopen(directory)
        await checkLaws(directory, answers)
      },
    ),
    { numRuns: 50 },
  )
}, 60_000)

test('recovery that is killed at any of its steps, and begun anew, makes the same events once', async () => {
  const directory = await temporaryDirectory()
  for (let calls = 0; ; calls++) {
    await rm(directory, { recursive: true })
    const answers: Answers = { recorded: [], begun: [], closed: [] }
    const begins = Array.from({ length: 10 }, (): Step => ({ what: 'begin', size: 900 }))
    await live(optionsOf(directory), begins, 'first', answers)
    const { files, isDead } = createDyingFiles(calls)
    await live(optionsOf(directory, { files }), [], 'second', answers).catch(() => {})
    await reopen(directory)
    await checkLaws(directory, answers)
    const unknown = (await readEvents(directory)).filter(({ outcome }) => outcome === 'unknown')
    expect([calls, unknown.length]).toEqual([calls, 10])
    if (!isDead()) break
  }
}, 60_000)

test('when the machine dies, too, calls that went on have their events, and chains are unbroken as far as they are left', async () => {
  const directory = await temporaryDirectory()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ steps: fc.array(aStep, { maxLength: 40 }), calls: fc.nat(200) }), {
        minLength: 1,
        maxLength: 3,
      }),
      async (lives) => {
        await rm(directory, { recursive: true })
        const answers: Answers = { recorded: [], begun: [], closed: [] }
        const sink = createStandInSink()
        const options = { sink, bytesMax: 1024 * 1024, backoff: { minMs: 1, maxMs: 1 } }
        for (const [n, { steps, calls }] of lives.entries()) {
          const { files, isDead, kill, cutPower } = createDyingFiles(calls)
          const stepsAndEnd = [...steps, { what: 'kill', size: 0 } as const]
          const given = optionsOf(directory, { ...options, files })
          await live(given, stepsAndEnd, String(n), answers, kill).catch((error: unknown) => {
            if (!isDead()) throw error
          })
          cutPower()
        }
        const spool = await createSpool(optionsOf(directory, options))
        expect(await spool.drain(20_000)).toBe(true)
        await spool.close()
        const counts = countDecisions(sink.events())
        expect([...counts].filter(([, count]) => count > 1)).toEqual([])
        expect(answers.begun.filter((id) => !counts.has(id))).toEqual([])
        expect([breaksOf(sink.events()), unlinkedIn(sink.events())]).toEqual([[], []])
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)
