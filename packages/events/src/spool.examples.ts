import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventSink, RequestRecord } from '@mcp-sentinel/events'

const directory = await mkdtemp(join(tmpdir(), 'spool-'))
const call: RequestRecord = {
  agent_id: 'ops-agent',
  bytes_in: 312,
  bytes_out: 0,
  cluster: 'local',
  decision: 'allow',
  decision_id: '0197a3c1-7d1e-7abc-8def-000000000001',
  human_id: 'alice',
  latency_ms: 0,
  method: 'POST',
  namespace: 'mcp-servers',
  path: '/mcp',
  policy_version: 'v1',
  reason: 'allowed',
  server: 'payments',
  session_id: '',
  status: 0,
  subject_team_id: '',
  team_id: '',
}
const other: RequestRecord = { ...call, decision_id: '0197a3c1-7d1e-7abc-8def-000000000002', status: 200 }
const shipped: string[] = []

//#region spool
import { createSpool } from '@mcp-sentinel/events/adapters/spool'

// Or createHttpSink({ url: 'https://ingest.example/events', apiKey }) from @mcp-sentinel/events/adapters/http-sink.
const sink: EventSink = {
  write: async (events) => {
    for (const event of events) shipped.push(Buffer.from(event).toString())
    return { rejected: [] }
  },
  close: async () => {},
}
const spool = await createSpool({
  directory,
  producer: 'mcp-servers/payments/pod-1',
  source: 'gateway',
  sink,
})

spool.record(other) // in the file: it survives the process, and soon the machine

const intent = await spool.begin(call) // on the disk, or it rejects and the call must not go on
intent.close({ ...call, outcome: 'closed', status: 200, latency_ms: 12.5, bytes_out: 1840 })

await spool.drain(5000) // true when all of it is shipped
await spool.close()

//#endregion

export { directory, shipped }
