import { createEmbeddedClickHouse } from '../clickhouse.ts'

/** Holds an engine until it is killed. */
const [dataDirectory = ''] = process.argv.slice(2)
const clickhouse = await createEmbeddedClickHouse({ dataDirectory })
process.stdout.write(JSON.stringify({ pid: clickhouse.pid(), url: clickhouse.url }))
