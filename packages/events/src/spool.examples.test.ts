import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { directory, shipped } from './spool.examples.ts'

test('the example of the README ships the start of its chain and both calls', async () => {
  const events = shipped.map((event) => JSON.parse(event))
  expect(events.map(({ event_type, payload }) => [event_type, payload.status])).toEqual([
    ['mcp.chain.start', undefined],
    ['mcp.request', 200],
    ['mcp.request', 200],
  ])
  await rm(directory, { recursive: true })
})
