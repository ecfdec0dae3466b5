import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBatch } from './batch.ts'

const limits = { rowsMax: 3, bytesMax: 100, ageMsMax: 250 }
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending')
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a batch', () => {
  it('is taken when it has enough rows', async () => {
    const batch = createBatch<number>(limits)
    const taken = batch.take()
    batch.add([1, 2], 2)
    expect(await isSettled(taken)).toBe(false)
    batch.add([3, 4], 2)
    expect(await taken).toEqual([1, 2, 3, 4])
  })

  it('is taken when it has enough bytes', async () => {
    const batch = createBatch<number>(limits)
    const taken = batch.take()
    batch.add([1], 100)
    expect(await taken).toEqual([1])
  })

  it('is taken when its first part has waited long enough, whatever came since', async () => {
    const batch = createBatch<number>(limits)
    const taken = batch.take()
    batch.add([1], 1)
    await vi.advanceTimersByTimeAsync(200)
    batch.add([2], 1)
    expect(await isSettled(taken)).toBe(false)
    await vi.advanceTimersByTimeAsync(50)
    expect(await taken).toEqual([1, 2])
  })

  it('lets the next part wait anew', async () => {
    const batch = createBatch<number>(limits)
    batch.add([1, 2, 3], 3)
    await batch.take()
    const taken = batch.take()
    batch.add([4], 1)
    await vi.advanceTimersByTimeAsync(249)
    expect(await isSettled(taken)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await taken).toEqual([4])
  })

  it('has no room while it is full, and room when it was taken', async () => {
    const batch = createBatch<number>(limits)
    expect(await isSettled(batch.room())).toBe(true)
    batch.add([1, 2, 3], 3)
    const room = batch.room()
    expect(await isSettled(room)).toBe(false)
    expect([batch.isFull(), batch.transitions()]).toEqual([true, 1])
    await batch.take()
    expect([batch.isFull(), batch.transitions()]).toEqual([false, 2])
    expect(await isSettled(room)).toBe(true)
  })

  it('gives what it has when it is closed, then nothing', async () => {
    const batch = createBatch<number>(limits)
    batch.add([1, 2, 3], 3)
    const room = batch.room()
    batch.close()
    await room
    expect(batch.oldest()).toBe(1)
    expect(await batch.take()).toEqual([1, 2, 3])
    expect(await batch.take()).toBeUndefined()
  })
})
