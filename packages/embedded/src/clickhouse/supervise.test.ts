import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EngineProcess } from './process.ts'
import { supervise } from './supervise.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const createProcess = (pid: number) => {
  let end = (_how: string): void => {}
  const ended = new Promise<string>((resolve) => (end = resolve))
  const stop = vi.fn(async () => end('ended with 0'))
  const engine: EngineProcess = { pid, port: 1, ended, stop }
  return { engine, die: () => end('was killed by SIGKILL'), stop }
}

it('brings another one up, and says so', async () => {
  const [first, second] = [createProcess(1), createProcess(2)]
  const reports: string[] = []
  const supervised = supervise({
    first: first.engine,
    restart: async () => second.engine,
    report: (message) => reports.push(message),
  })
  first.die()
  await vi.advanceTimersByTimeAsync(100)
  expect(supervised.pid()).toBe(2)
  expect(reports).toEqual([
    'ClickHouse was killed by SIGKILL, restarting in 100 ms',
    'ClickHouse is back, process 2',
  ])
  await supervised.close()
  expect(second.stop).toHaveBeenCalled()
})

it('never gives up, and waits twice as long each time, up to ten seconds', async () => {
  const first = createProcess(1)
  const tries: number[] = []
  const supervised = supervise({
    first: first.engine,
    restart: async () => {
      tries.push(Date.now())
      throw new Error('no room')
    },
    report: () => {},
  })
  const began = Date.now()
  first.die()
  await vi.advanceTimersByTimeAsync(60_000)
  const waits = tries.map((time, index) => time - (tries[index - 1] ?? began))
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000])
  await supervised.close()
})

it('waits briefly again once one has lived for long', async () => {
  const engines = [2, 3, 4].map(createProcess)
  const first = createProcess(1)
  const left = [...engines]
  const reports: string[] = []
  const supervised = supervise({
    first: first.engine,
    restart: async () => left.shift()?.engine ?? first.engine,
    report: (message) => reports.push(message),
  })
  for (const { die, livedMs } of [
    { die: first.die, livedMs: 0 },
    { die: engines[0]?.die, livedMs: 0 },
    { die: engines[1]?.die, livedMs: 61_000 },
  ]) {
    await vi.advanceTimersByTimeAsync(livedMs)
    die?.()
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(reports.filter((report) => report.includes('restarting'))).toEqual([
    'ClickHouse was killed by SIGKILL, restarting in 100 ms',
    'ClickHouse was killed by SIGKILL, restarting in 200 ms',
    'ClickHouse was killed by SIGKILL, restarting in 100 ms',
  ])
  await supervised.close()
})

it('closed while another one comes up, it ends that one', async () => {
  const [first, second] = [createProcess(1), createProcess(2)]
  let arrive = (_: EngineProcess): void => {}
  const supervised = supervise({
    first: first.engine,
    restart: () => new Promise((resolve) => (arrive = resolve)),
    report: () => {},
  })
  first.die()
  await vi.advanceTimersByTimeAsync(100)
  const closed = supervised.close()
  arrive(second.engine)
  await closed
  expect(second.stop).toHaveBeenCalled()
  expect(await second.engine.ended).toBe('ended with 0')
})

it('closed while it waits, it waits no longer', async () => {
  const first = createProcess(1)
  const restart = vi.fn()
  const supervised = supervise({ first: first.engine, restart, report: () => {} })
  first.die()
  await vi.advanceTimersByTimeAsync(0)
  await supervised.close()
  expect(restart).not.toHaveBeenCalled()
})
