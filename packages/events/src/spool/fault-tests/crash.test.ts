import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createSpool } from '../../adapters/spool.ts'
import { temporaryDirectory } from '../../segment/fault-tests/temporary-directory.ts'
import { breaksOf, countDecisions, eventOf, type ReadEvent, unlinkedIn } from './requests.ts'

const startChild = (...given: readonly string[]) => {
  const path = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, [path, ...given], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** What a sink got, each event the first time that it came. A child may have been killed within a line of its file. */
const readDelivered = async (path: string): Promise<readonly ReadEvent[]> => {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return [...new Set(lines)]
    .filter((line) => line.endsWith('}'))
    .flatMap((line) => {
      try {
        return [eventOf(Buffer.from(line))]
      } catch {
        return []
      }
    })
}

test('after kill -9 under load, 24 times, nothing that was answered is lost, and each call has one event', async () => {
  const [directory, beside] = [await temporaryDirectory(), await temporaryDirectory()]
  const delivered = join(beside, 'delivered.ndjson')
  const answers: [what: string, id: string][] = []
  const answered = (...kinds: readonly string[]): readonly string[] =>
    answers.filter(([what]) => kinds.includes(what)).map(([, id]) => id)
  for (let round = 0; round < 24; round++) {
    const child = startChild(directory, delivered, String(round))
    // Every sixth dies while it opens what the one before left.
    const killAt = round % 6 === 5 ? 1 : 20 + Math.floor(Math.random() * 1500)
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      // The last line may be cut: then nobody was told.
      const [what, id] = line.split(' ')
      if (what !== undefined && /^\w+-\d+-\d+\.$/.test(id ?? '')) answers.push([what, id?.slice(0, -1) ?? ''])
      if (++lines === killAt) child.kill('SIGKILL')
    }
    expect(lines).toBeGreaterThanOrEqual(killAt)
  }

  let unknown = 0
  const spool = await createSpool({
    directory,
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    sink: {
      write: async (events) => {
        for (const event of events) last.push(eventOf(event))
        return { rejected: [] }
      },
      close: async () => {},
    },
  })
  const last: ReadEvent[] = []
  expect(await spool.drain(20_000)).toBe(true)
  await spool.close()
  const before = await readDelivered(delivered)
  const seen = new Set(before.map(({ payload }) => payload))
  const events = [...before, ...last.filter(({ payload }) => !seen.has(payload))]

  expect([breaksOf(events), unlinkedIn(events)]).toEqual([[], []])
  const counts = countDecisions(events)
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([])
  const lost = answered('recorded', 'begun').filter((id) => !counts.has(id))
  expect(lost).toEqual([])
  const outcomes = new Map(events.map(({ decisionId, outcome }) => [decisionId, outcome]))
  expect(answered('closed').filter((id) => outcomes.get(id) !== 'closed')).toEqual([])
  for (const outcome of outcomes.values()) if (outcome === 'unknown') unknown++
  expect(unknown).toBeGreaterThan(0)
  console.log(
    `${answered('recorded').length} recorded, ${answered('begun').length} begun, ${unknown} unknown ends`,
  )
}, 120_000)
