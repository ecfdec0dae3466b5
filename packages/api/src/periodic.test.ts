import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPeriodic } from './periodic.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('goes on, whatever becomes of it, and never twice at once', async () => {
  const ends: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  const reported: unknown[] = []
  const work = () =>
    new Promise<void>((resolve, reject) => {
      ends.push({ resolve, reject })
    })
  const close = createPeriodic({ everyMs: 1000, work, report: (error) => reported.push(error) })
  await vi.advanceTimersByTimeAsync(999)
  expect(ends).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(5001)
  expect(ends).toHaveLength(1)
  ends[0]?.reject(new Error('away'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(reported).toMatchObject([{ message: 'away' }])
  expect(ends).toHaveLength(2)

  let isClosed = false
  const closed = close().then(() => {
    isClosed = true
  })
  await vi.advanceTimersByTimeAsync(5000)
  expect(isClosed).toBe(false)
  ends[1]?.resolve()
  await closed
  await vi.advanceTimersByTimeAsync(5000)
  expect(ends).toHaveLength(2)
})
