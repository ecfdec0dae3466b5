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
    void batch.put(2, () => [1, 2])
    expect(await isSettled(taken)).toBe(false)
    void batch.put(2, () => [3, 4])
    expect(await taken).toEqual([1, 2, 3, 4])
  })

  it('is taken when it has enough bytes', async () => {
    const batch = createBatch<number>(limits)
    const taken = batch.take()
    void batch.put(100, () => [1])
    expect(await taken).toEqual([1])
  })

  it('is taken when its first part has waited long enough, whatever came since', async () => {
    const batch = createBatch<number>(limits)
    const taken = batch.take()
    void batch.put(1, () => [1])
    await vi.advanceTimersByTimeAsync(200)
    void batch.put(1, () => [2])
    expect(await isSettled(taken)).toBe(false)
    await vi.advanceTimersByTimeAsync(50)
    expect(await taken).toEqual([1, 2])
  })

  it('lets the next part wait anew', async () => {
    const batch = createBatch<number>(limits)
    void batch.put(3, () => [1, 2, 3])
    await batch.take()
    const taken = batch.take()
    void batch.put(1, () => [4])
    await vi.advanceTimersByTimeAsync(249)
    expect(await isSettled(taken)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await taken).toEqual([4])
  })

  it('takes no more while it is full, and what waits one by one when it was taken', async () => {
    const batch = createBatch<number>(limits)
    void batch.put(3, () => [1, 2, 3])
    const made: number[] = []
    const put = (item: number) =>
      batch.put(3, () => {
        made.push(item)
        return [item, item, item]
      })
    const [second, third] = [put(4), put(5)]
    expect(await isSettled(second)).toBe(false)
    expect([batch.isFull(), batch.transitions()]).toEqual([true, 1])
    expect(await batch.take()).toEqual([1, 2, 3])
    await second
    expect(await isSettled(third)).toBe(false)
    expect(made).toEqual([4])
    expect(await batch.take()).toEqual([4, 4, 4])
    await third
    expect(batch.transitions()).toBe(5)
  })

  it('gives what it has when it is closed, then nothing', async () => {
    const batch = createBatch<number>(limits)
    void batch.put(3, () => [1, 2, 3])
    batch.close()
    expect(batch.oldest()).toBe(1)
    expect(await batch.take()).toEqual([1, 2, 3])
    expect(await batch.take()).toBeUndefined()
  })
})
