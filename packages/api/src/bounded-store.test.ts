import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createClickHouse } from '@mcp-sentinel/events/clickhouse'
import { expect, onTestFinished, test } from 'vitest'
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

test('gives up in time, also for those that wait for a connection, and keeps none', async () => {
  const { store, sockets } = await hangingStore({ deadlineMs: 200 })
  const asking = Array.from({ length: 20 }, () => store.ask('SELECT 1'))
  const failed = await Promise.all(asking.map((one) => one.catch((error: unknown) => error)))
  for (const error of failed) expect(error).toMatchObject({ code: 'store_unavailable', retryable: true })
  await expect.poll(() => sockets.size).toBe(0)
})

test('takes no more questions than may wait', async () => {
  const { store } = await hangingStore({ deadlineMs: 200, askedMax: 3 })
  const waiting = Promise.allSettled([1, 2, 3].map(() => store.ask('SELECT 1')))
  await expect(store.ask('SELECT 1')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: '3 questions wait for the store already',
  })
  await waiting
  const given = store.ask('SELECT 1', { signal: AbortSignal.abort() })
  await expect(given).rejects.toMatchObject({ message: 'nobody waits for the answer any more' })
})
