import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { serve } from './serve.ts'

/** Takes events in as ingest does, and keeps them. */
const startIngest = async () => {
  const events: { event_type: string; source: string; payload: Record<string, unknown> }[] = []
  const keys = new Set<unknown>()
  const server = createServer(async (req, res) => {
    const lines = (await text(req)).trim().split('\n')
    keys.add(req.headers['x-api-key'])
    events.push(...lines.map((line) => JSON.parse(line)))
    res.writeHead(202, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ ok: true, accepted: lines.length, rejected: [] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, events, keys, server }
}

const headers = {
  'x-mcp-human-id': 'user-123',
  'x-mcp-agent-id': 'ops-agent',
  'x-mcp-agent-session': 'sess-demo',
}

const calls = [
  { name: 'list_documents', given: {}, hears: 'roadmap: Roadmap\nminutes: Minutes' },
  { name: 'write_document', given: { id: 'plan', title: 'Plan', text: 'Ship.' }, hears: 'Wrote plan.' },
  {
    name: 'delete_document',
    given: { id: 'roadmap' },
    hears: 'Refused: this tool needs more trust than this caller has (trust_too_low).',
  },
]
const decisions = ['allow list_documents', 'allow write_document', 'deny delete_document']

/** Makes the calls, once with records on standard output and once with ingest; gives what was not as it should be. */
export const verify = async (print: (line: string) => void): Promise<string[]> => {
  const faults: string[] = []
  const expectThat = (what: string, found: unknown, wanted: unknown): void => {
    const isSo = isDeepStrictEqual(found, wanted)
    print(`  ${isSo ? '✓' : '✗'} ${what}: ${JSON.stringify(found)}`)
    if (!isSo) faults.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
  const run = async (env: Record<string, string>, write: (line: string) => void): Promise<void> => {
    const { url, close } = await serve({ PORT: '0', ...env }, write)
    const client = new Client({ name: 'verify', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    for (const { name, given, hears } of calls) {
      const [first] = (await client.callTool({ name, arguments: given })).content
      expectThat(name, first?.type === 'text' && first.text, hears)
    }
    await client.close()
    await close()
  }
  const told = (records: readonly Record<string, unknown>[]): string[] =>
    records
      .filter(({ tool_name: tool }) => tool !== undefined)
      .map(({ decision, tool_name: tool }) => `${decision} ${tool}`)

  print('\nrecords on standard output')
  const lines: string[] = []
  await run({}, (line) => lines.push(line))
  expectThat('written', told(lines.map((line) => JSON.parse(line))), decisions)

  print('\nrecords to ingest, by older names of variables')
  const ingest = await startIngest()
  const directory = await mkdtemp(join(tmpdir(), 'workspace-assistant-'))
  const env = {
    MCP_ANALYTICS_INGEST_URL: ingest.url,
    MCP_ANALYTICS_API_KEY: 'k-4f1d0a7e55c94b0e',
    MCP_ANALYTICS_SOURCE: 'sample',
  }
  await run({ ...env, SPOOL_DIRECTORY: directory }, print)
  const requests = ingest.events.filter(({ event_type: type }) => type === 'mcp.request')
  expectThat('ingested', told(requests.map(({ payload }) => payload)), decisions)
  expectThat(
    'by',
    [...new Set(requests.map(({ source }) => source)), ...ingest.keys],
    ['sample', 'k-4f1d0a7e55c94b0e'],
  )
  ingest.server.close()
  await rm(directory, { recursive: true })
  return faults
}

if (import.meta.main) {
  const faults = await verify((line) => console.log(line))
  console.log(faults.length === 0 ? '\nAll is as it should be.' : `\n${faults.join('\n')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
