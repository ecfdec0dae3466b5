import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { countEvents } from './quickstart.examples.ts'

const serve = async (status: number, body: unknown): Promise<string> => {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
}

test('the quick start: an answer', async () => {
  const baseUrl = await serve(200, { events_total: 12 })
  expect(await countEvents(baseUrl, 'key')).toBe('12 events')
})

test('the quick start: a refusal', async () => {
  const baseUrl = await serve(403, { error: 'forbidden', message: 'you may not do this', request_id: 'r-1' })
  expect(await countEvents(baseUrl, 'key')).toBe('refused: forbidden, you may not do this (r-1)')
})
