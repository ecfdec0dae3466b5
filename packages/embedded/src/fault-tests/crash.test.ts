import { expect, it, vi } from 'vitest'
import { startForTest } from './running.ts'

it('killed again and again while rows come in, it comes back on the same port with every row it took', async () => {
  const reports: string[] = []
  const running = await startForTest({ report: (message) => reports.push(message) })
  const { writer, reader } = running
  await writer.command({ query: 'CREATE TABLE event (id UInt64) ENGINE = MergeTree ORDER BY id' })

  const taken: number[] = []
  let next = 0
  let inserting = true
  const insertUntilTold = async (): Promise<void> => {
    while (inserting) {
      const ids = Array.from({ length: 50 }, () => next++)
      const values = ids.map((id) => ({ id }))
      try {
        await writer.insert({ table: 'event', values, format: 'JSONEachRow' })
        taken.push(...ids)
      } catch {
        await vi.waitFor(async () => expect(await writer.ping()).toEqual({ success: true }), 10_000)
      }
    }
  }
  const inserters = [insertUntilTold(), insertUntilTold(), insertUntilTold()]

  for (let kill = 1; kill <= 3; kill++) {
    const [pid, before] = [running.pid(), taken.length]
    const enough = before + 200 + Math.floor(Math.random() * 400)
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(enough), 10_000)
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(running.pid()).not.toBe(pid), 10_000)
  }
  inserting = false
  await Promise.all(inserters)

  const result = await reader.query({
    query: 'SELECT id FROM event ORDER BY id',
    format: 'JSONCompactEachRow',
  })
  const stored = (await result.json<[number]>()).map(([id]) => id)
  const has = new Set(stored)
  expect(taken.filter((id) => !has.has(id))).toEqual([])
  // One that was not acknowledged may have been stored all the same, but nothing is twice.
  expect(has.size).toBe(stored.length)
  expect(reports.filter((report) => report.startsWith('ClickHouse was killed by SIGKILL'))).toHaveLength(3)
  await running.close()
}, 60_000)
