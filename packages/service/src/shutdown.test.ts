import { expect, test } from 'vitest'
import { createShutdown } from './shutdown.ts'

const told: string[] = []
const report = (message: string, error?: unknown) =>
  void told.push(error instanceof Error ? `${message}: ${error.message}` : message)
const never = () => new Promise<void>(() => {})

test('closes in order, each after the one before', async () => {
  const closed: string[] = []
  const step = (name: string) => ({ name, deadlineMs: 60_000, close: async () => void closed.push(name) })
  expect(await createShutdown({ steps: ['listener', 'spool', 'log'].map(step), report })()).toBe(true)
  expect(closed).toEqual(['listener', 'spool', 'log'])
})

test('a step that fails or hangs does not keep the others from their turn', async () => {
  told.length = 0
  const closed: string[] = []
  const steps = [
    { name: 'listener', deadlineMs: 60_000, close: () => Promise.reject(new Error('port is gone')) },
    { name: 'stream', deadlineMs: 20, close: never },
    { name: 'spool', deadlineMs: 60_000, close: async () => void closed.push('spool') },
  ]
  expect(await createShutdown({ steps, report })()).toBe(false)
  expect(closed).toEqual(['spool'])
  expect(told).toEqual(['listener did not close cleanly: port is gone', 'stream did not close within 20 ms'])
})

test('runs once, however often it is asked', async () => {
  let times = 0
  const shutdown = createShutdown({
    steps: [{ name: 'a', deadlineMs: 60_000, close: async () => void times++ }],
    report,
  })
  await Promise.all([shutdown(), shutdown()])
  await shutdown()
  expect(times).toBe(1)
})
