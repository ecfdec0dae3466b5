import { describe, expect, test } from 'vitest'
import type { LogRecord } from '../log.ts'
import { createFeed } from './kafka-feed.ts'

const record = (offset: number, size = 10): LogRecord => ({
  partition: 0,
  offset,
  key: 'k',
  value: Buffer.alloc(size),
  headers: {},
  receivedAtMs: 0,
})
const limits = { recordsMax: 100, bytesMax: 1000 }

const feedOf = (start: number, first = 0) => {
  const asked: string[] = []
  const lost = new AbortController()
  const feed = createFeed({
    bufferBytesMax: 50,
    first,
    start,
    lost: lost.signal,
    seek: (offset) => asked.push(`seek ${offset}`),
    pause: () => asked.push('pause'),
    resume: () => asked.push('resume'),
  })
  const push = (...offsets: number[]) => feed.push(offsets.map((offset) => record(offset)))
  const read = async (from: number, more = {}) =>
    (await feed.read(from, { ...limits, ...more })).map(({ offset }) => offset)
  return { feed, asked, lost, push, read }
}
const ended = () => AbortSignal.abort()

describe('a feed', () => {
  test('gives what came, within limits, and at least one', async () => {
    const { push, read } = feedOf(5)
    push(5, 6, 7, 8)
    expect(await read(5, { recordsMax: 2 })).toEqual([5, 6])
    expect(await read(7, { bytesMax: 1 })).toEqual([7])
    expect(await read(8)).toEqual([8])
  })

  test('pauses when it holds too much and resumes when half is read', async () => {
    const { push, read, asked } = feedOf(0)
    push(0, 1, 2, 3, 4, 5)
    push(6)
    expect(asked).toEqual(['pause'])
    await read(0, { recordsMax: 2 })
    expect(asked).toEqual(['pause'])
    await read(2, { recordsMax: 3 })
    expect(asked).toEqual(['pause', 'resume'])
  })

  test('goes back by seeking, and passes over what is fetched and not wanted', async () => {
    const { push, read, asked } = feedOf(10)
    push(10, 11, 12, 13)
    expect(await read(12)).toEqual([12, 13])
    const back = read(11)
    expect(asked).toEqual(['seek 11'])
    push(11, 12)
    expect(await back).toEqual([11, 12])
  })

  test('never seeks to where nothing is known to be', async () => {
    const { push, read, asked } = feedOf(10)
    expect(await read(1000, { signal: ended() })).toEqual([])
    expect(await read(900, { signal: ended() })).toEqual([])
    push(10, 11)
    expect(await read(11)).toEqual([11])
    expect(asked).toEqual([])
  })

  test('passes over what comes twice', async () => {
    const { push, read } = feedOf(0)
    push(0, 1)
    push(0, 1, 2)
    expect(await read(0)).toEqual([0, 1, 2])
  })

  test('says when what was asked for is deleted', async () => {
    const { read } = feedOf(7, 7)
    await expect(read(3)).rejects.toMatchObject({ code: 'offset_deleted', details: { first: 7 } })
  })

  test('wakes who waits, for records, for the end of the wait, for the loss', async () => {
    const { push, read, lost } = feedOf(0)
    const late = read(0)
    push(0)
    expect(await late).toEqual([0])
    const stop = new AbortController()
    const idle = read(1, { signal: stop.signal })
    stop.abort()
    expect(await idle).toEqual([])
    const cut = read(1)
    lost.abort()
    await expect(cut).rejects.toMatchObject({ code: 'claim_lost' })
  })
})
