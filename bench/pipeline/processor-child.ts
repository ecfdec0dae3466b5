import { join } from 'node:path'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createClickHouse, createEventWriter } from '@mcp-sentinel/events/clickhouse'
import { createProcessor } from '@mcp-sentinel/processor'
import { createMetrics } from '@mcp-sentinel/service'

// A processor that stores what a log holds, and tells how long it took.
const [directory = '', url = '', rows = '0'] = process.argv.slice(2)
const topic = 'mcp.events'
const store = createClickHouse({ url: new URL(url), database: 'mcp', application: 'bench' })
const log = await createSegmentLog({ directory: join(directory, 'log') })
const deadLetters = await createSegmentLog({ directory: join(directory, 'dead') })
const done = Promise.withResolvers<void>()
let inserted = 0

const began = performance.now()
const before = process.cpuUsage()
const processor = await createProcessor({
  log,
  deadLetters,
  writer: createEventWriter({ store, topic, owner: crypto.randomUUID() }),
  topic,
  group: 'bench',
  metrics: createMetrics(),
  observers: [
    {
      flushed: (flushed) => {
        inserted += flushed.inserted.length
        if (inserted === Number(rows)) done.resolve()
      },
    },
  ],
})
await done.promise
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(before)
await processor.close()
await Promise.all([log.close(), deadLetters.close(), store.close()])
process.send?.({ seconds, cpuUs: user + system })
