import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type ClickHouse, createClickHouse } from '@mcp-sentinel/events/clickhouse'
import { expect, onTestFinished, test, vi } from 'vitest'
import { boundedStore, type StoreBounds } from './bounded-store.ts'

/** A store that takes connections, and says nothing. */
const hangingStore = async (bounds: StoreBounds) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => {})
      .once('close', () => sockets.delete(socket))
      .resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}`)
  const client = createClickHouse({ url, database: 'mcp', application: 'test', connectionsMax: 2 })
  onTestFinished(async () => {
    await client.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { store: boundedStore(client, bounds), sockets }
}

test('gives up in time, also for those that wait for their turn, and keeps no connection', async () => {
  const { store, sockets } = await hangingStore({ atOnceMax: 2, waitMsMax: 100, deadlineMs: 200 })
  const asking = Array.from({ length: 20 }, () => store.ask('SELECT 1'))
  const settled = await Promise.allSettled(asking)
  const failed = settled.map((one) =>
    one.status === 'rejected' ? (one.reason as Error) : new Error('answered'),
  )
  for (const error of failed) expect(error).toMatchObject({ code: 'store_unavailable', retryable: true })
  expect(failed.map(({ message }) => message).sort()).toEqual([
    ...Array.from({ length: 2 }, () => 'ClickHouse cannot be reached'),
    ...Array.from({ length: 18 }, () => 'the store had no time for it within 100 ms'),
  ])
  await expect.poll(() => sockets.size).toBe(0)
})

test('takes no more questions than may wait, and none that nobody waits for', async () => {
  const { store } = await hangingStore({ atOnceMax: 2, waitingMax: 1, deadlineMs: 200 })
  const waiting = Promise.allSettled([1, 2, 3].map(() => store.ask('SELECT 1')))
  await expect(store.ask('SELECT 1')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: '1 questions wait for the store already',
  })
  await waiting
  const given = store.ask('SELECT 1', { signal: AbortSignal.abort() })
  await expect(given).rejects.toMatchObject({ message: 'nobody waits for the answer any more' })
})

test('asks in turn, so many at a time, and goes on after a failure', async () => {
  const begun: string[] = []
  const answers = new Map<string, PromiseWithResolvers<readonly never[]>>()
  const answering = {
    ask: (sql: string) => {
      begun.push(sql)
      const answer = Promise.withResolvers<readonly never[]>()
      answers.set(sql, answer)
      return answer.promise
    },
  }
  const store = boundedStore(answering as unknown as ClickHouse, { atOnceMax: 2 })
  const asking = ['a', 'b', 'c', 'd'].map((sql) => store.ask(sql))
  expect(begun).toEqual(['a', 'b'])
  answers.get('b')?.reject(new Error('refused'))
  await expect(asking[1]).rejects.toThrow('refused')
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']))
  answers.get('c')?.resolve([])
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'd']))
  for (const sql of ['a', 'd']) answers.get(sql)?.resolve([])
  await Promise.all([asking[0], asking[2], asking[3]])
  const [fifth, sixth, seventh] = ['e', 'f', 'g'].map((sql) => store.ask(sql))
  expect(begun.slice(4)).toEqual(['e', 'f'])
  for (const sql of ['e', 'f']) answers.get(sql)?.resolve([])
  await Promise.all([fifth, sixth])
  answers.get('g')?.resolve([])
  await seventh
})
