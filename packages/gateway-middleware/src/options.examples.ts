import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { createV2Server } from './payments-servers.examples.ts'

const directory = await mkdtemp(join(tmpdir(), 'guard-'))
const ingested: string[] = []
const ingest = createServer(async (req, res) => {
  const lines = (await text(req)).trim().split('\n')
  ingested.push(...lines)
  res.writeHead(202, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ ok: true, accepted: lines.length, rejected: [] }))
}).listen(0, '127.0.0.1')
await once(ingest, 'listening')
const url = `http://127.0.0.1:${(ingest.address() as AddressInfo).port}/events`
const apiKey = 'k-4f1d0a7e55c94b0e'
const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair()
await createV2Server().connect(serverEnd)
const client = new Client({ name: 'definitions', version: '1.0.0' })
await client.connect(clientEnd)

//#region audit
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool } from '@mcp-sentinel/events/adapters/spool'

const spool = await createSpool({
  directory, // of this process alone, on a disk that outlives it
  producer: 'default/payments/host-1',
  source: 'payments-gateway',
  sink: createHttpSink({ url, apiKey }), // without one the records stay in the folder
})

// createGateway({ …, record: spool }), and in the end: gateway.close(), spool.drain(5000), spool.close()
//#endregion

//#region oauth
import { oauthIdentity } from '@mcp-sentinel/gateway-middleware/adapters/oauth-identity'
import { resourceMetadata } from '@mcp-sentinel/gateway-middleware/adapters/resource-metadata'

const resource = 'https://payments.example/mcp' // as clients write it: tokens must be for it
const issuer = 'https://login.example'
const identify = oauthIdentity({ resource, issuer })
const metadata = resourceMetadata({ resource, issuer }) // for GET /.well-known/oauth-protected-resource/mcp

//#endregion

//#region definitions
import { definitionDigest, definitionsOf } from '@mcp-sentinel/gateway-middleware'

const { tools } = await client.listTools()
const pinned = tools.map((tool) => ({ name: tool.name, definition_digest: definitionDigest(tool) })) // into the policy
const definitions = definitionsOf(tools) // into createGateway, each time the server starts

//#endregion

export { client, definitions, directory, identify, ingest, ingested, metadata, pinned, spool }
