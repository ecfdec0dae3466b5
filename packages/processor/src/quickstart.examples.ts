import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'

const directory = await mkdtemp(join(tmpdir(), 'processor-'))
const { url, close } = await createEmbeddedClickHouse({ dataDirectory: join(directory, 'clickhouse') })
const anEvent = {
  key: 'mcp-servers/payments',
  value: Buffer.from('{"source":"gateway","event_type":"mcp.request","payload":{"server":"payments"}}'),
  headers: {},
  receivedAtMs: Date.now(),
}
const stored = Promise.withResolvers<number>()

//#region processor
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createClickHouse, createEventWriter, migrate } from '@mcp-sentinel/events/clickhouse'
import { createProcessor } from '@mcp-sentinel/processor'

const connect = (database: string) =>
  createClickHouse({ url: new URL(url), database, application: 'mcp-processor' })
const [store, server] = [connect('mcp'), connect('default')]
await migrate({ store, server }) // numbered, applied once, safe when several do it

const topic = 'mcp.events'
const log = await createSegmentLog({ directory: join(directory, 'log') }) // or createKafkaLog
const deadLetters = await createSegmentLog({ directory: join(directory, 'dead') })
const processor = await createProcessor({
  log,
  deadLetters, // records that cannot be stored go there, with their bytes and the reason
  writer: createEventWriter({ store, topic, owner: crypto.randomUUID() }),
  topic,
  group: 'mcp-sentinel-processor',
  observers: [{ flushed: ({ inserted }) => stored.resolve(inserted.length) }],
})
await log.append([anEvent])

//#endregion

const rows = await stored.promise
await processor.close()
await Promise.all([log.close(), deadLetters.close(), store.close(), server.close()])
await close()
await rm(directory, { recursive: true })

export { rows }
