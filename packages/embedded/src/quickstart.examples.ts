import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const dataDirectory = await mkdtemp(join(tmpdir(), 'embedded-'))

//#region clickhouse
import { createClient } from '@clickhouse/client'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'

const clickhouse = await createEmbeddedClickHouse({ dataDirectory, report: console.log })

const writer = createClient({ url: clickhouse.url })
await writer.command({ query: 'CREATE TABLE seen (tool String) ENGINE = MergeTree ORDER BY tool' })
await writer.insert({ table: 'seen', values: [{ tool: 'search' }], format: 'JSONEachRow' })

const reader = createClient({ url: clickhouse.readerUrl })
const result = await reader.query({ query: 'SELECT tool FROM seen', format: 'JSONEachRow' })
const rows = await result.json() // [{ tool: 'search' }]

await Promise.all([writer.close(), reader.close()])
await clickhouse.close()

//#endregion

export { dataDirectory, rows }
