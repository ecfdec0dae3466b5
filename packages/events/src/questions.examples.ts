import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { migrate } from '@mcp-sentinel/events/clickhouse'

const directory = await mkdtemp(join(tmpdir(), 'event-questions-'))
const { url, readerUrl, close } = await createEmbeddedClickHouse({ dataDirectory: directory })
const prepare = async (): Promise<void> => {
  const [writer, server] = ['mcp', 'default'].map((database) =>
    createClickHouse({ url: new URL(url), database, application: 'example' }),
  )
  if (writer === undefined || server === undefined) return
  await migrate({ store: writer, server })
  await writer.command(
    `INSERT INTO events (timestamp, source, event_type, payload)
    SELECT now64(3) - number, 'gateway', 'mcp.request', {payload:String} FROM numbers(3)`,
    {
      parameters: {
        payload: JSON.stringify({
          namespace: 'finance',
          server: 'ledger',
          tool_name: 'refund',
          rpc_method: 'tools/call',
          human_id: 'anna',
          decision: 'deny',
          reason: 'trust_too_low',
        }),
      },
    },
  )
  await Promise.all([writer.close(), server.close()])
}

await prepare()

//#region questions
import { createClickHouse, newestEvents, refusalReasons, usage } from '@mcp-sentinel/events/clickhouse'

const store = createClickHouse({ url: new URL(readerUrl), database: 'mcp', application: 'audit' })
const scope = { namespaces: ['finance'], teamIds: ['team-a'] } // of one or of the other; of neither is nothing
const filter = { decision: 'deny', human_id: 'anna', scope }
const page = await newestEvents(store, { filter, limit: 2 })
const rest = await newestEvents(store, { filter, limit: 2, before: page.next })

const calls = { windowDays: 30, nowMs: Date.now(), limit: 10, scope }
const { totals, tools } = await usage(store, calls)
const refusals = await refusalReasons(store, calls) // [{ reason: 'trust_too_low', events: 3 }]
await store.close()

//#endregion

await close()
await rm(directory, { recursive: true })

export { page, refusals, rest, tools, totals }
