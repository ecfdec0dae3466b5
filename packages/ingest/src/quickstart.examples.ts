import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const directory = await mkdtemp(join(tmpdir(), 'ingest-quickstart-'))

//#region ingest
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createApiKeys } from '@mcp-sentinel/identity'
import { createAuthenticate, createIngest } from '@mcp-sentinel/ingest'
import { createLogger } from '@mcp-sentinel/service'

const log = await createSegmentLog({ directory })
const ingest = createIngest({
  log,
  authenticate: createAuthenticate({ apiKeys: createApiKeys(['k-4f1d0a7e55c94b0e']) }),
  logger: createLogger({ service: 'ingest', level: 'warn' }),
})
const origin = await ingest.app.listen({ host: '127.0.0.1', port: 0 })

const post = (type: string, body: string) =>
  fetch(`${origin}/events`, {
    method: 'POST',
    headers: { 'x-api-key': 'k-4f1d0a7e55c94b0e', 'content-type': type },
    body,
  }).then((response) => response.json())

const event = JSON.stringify({
  source: 'gateway',
  event_type: 'mcp.request',
  payload: { server: 'payments' },
})
const single = await post('application/json', event) // { ok: true }
const batch = await post('application/x-ndjson', `${event}\n{"source":"gateway"}\n`)
// { ok: true, accepted: 1, rejected: [{ index: 1, error: { code: 'missing_fields', pointer: '/event_type', message } }] }

await ingest.close() // answers what is under way
await log.close()

//#endregion

export { batch, directory, single }
