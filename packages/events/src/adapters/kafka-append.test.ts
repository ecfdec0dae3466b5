import { expect, test } from 'vitest'
import type { LogEntry } from '../log.ts'
import { createAppender } from './kafka-append.ts'

const entry = (text: string, size = 0): LogEntry => ({
  key: text,
  value: Buffer.alloc(size),
  headers: {},
  receivedAtMs: 0,
})
const limits = { entryBytesMax: 1000, batchBytesMax: 1000, pendingBytesMax: 3000 }

/** Senders that hold each batch until the test lets it go, and tell which of them sent what. */
const sendersOf = () => {
  const sent: string[] = []
  const batches: PromiseWithResolvers<void>[] = []
  const closed: number[] = []
  let made = 0
  const make = async () => {
    made += 1
    const own = made
    return {
      send: (entries: readonly LogEntry[]) => {
        sent.push(`${own}: ${entries.map(({ key }) => key).join(' ')}`)
        const batch = Promise.withResolvers<void>()
        batches.push(batch)
        return batch.promise
      },
      close: async () => void closed.push(own),
    }
  }
  const settle = async (at: number, error?: Error): Promise<void> => {
    await expect.poll(() => batches.length).toBeGreaterThan(at)
    if (error) batches[at]?.reject(error)
    else batches[at]?.resolve()
  }
  return { make, sent, closed, settle }
}

test('sends one batch at a time, and together what came meanwhile', async () => {
  const { make, sent, settle } = sendersOf()
  const { append } = createAppender(make, limits)
  const all = Promise.all(['a', 'b', 'c'].map((text) => append([entry(text)])))
  await settle(0)
  await settle(1)
  await all
  expect(sent).toEqual(['1: a', '1: b c'])
})

test('sends no more with a producer that has failed, whose numbers could pass for those of other records', async () => {
  const { make, sent, closed, settle } = sendersOf()
  const { append } = createAppender(make, limits)
  const [failed, next] = [append([entry('a')]), append([entry('b')])]
  const refused = expect(failed).rejects.toMatchObject({ code: 'log_unavailable', retryable: true })
  await settle(0, new Error('gone'))
  await refused
  await settle(1)
  await next
  expect(sent).toEqual(['1: a', '2: b'])
  expect(closed).toEqual([1])
})

test('splits what is too much for one batch, in order', async () => {
  const { make, sent, settle } = sendersOf()
  const { append } = createAppender(make, limits)
  const all = append(['a', 'b', 'c'].map((text) => entry(text, 400)))
  await settle(0)
  await settle(1)
  await all
  expect(sent).toEqual(['1: a b', '1: c'])
})

test('refuses what is too large, too much, or too late, and sends nothing of it', async () => {
  const { make, sent, settle } = sendersOf()
  const { append, close } = createAppender(make, limits)
  await expect(append([entry('a'), entry('b', 1000)])).rejects.toMatchObject({ code: 'too_large' })
  const taken = append([entry('c', 900), entry('d', 900)])
  await expect(append([entry('e', 900), entry('f', 900)])).rejects.toMatchObject({ code: 'overloaded' })
  await settle(0)
  await settle(1)
  await taken
  await close()
  await expect(append([entry('g')])).rejects.toMatchObject({ code: 'log_closed' })
  expect(sent).toEqual(['1: c', '1: d'])
})
