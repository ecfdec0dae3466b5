import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool } from '@mcp-sentinel/events/adapters/spool'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { createGateway, type Gateway, type Recorder } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import { policy } from './policy.ts'

// A server with the guard in its own process, or with none: a handler that only parses, or the SDK's.
const [kind = '', guard = 'none', folder = '', ingestUrl = ''] = process.argv.slice(2)

const noRecorder: Recorder = { record: () => {} }
const spool = (): Promise<Recorder> =>
  createSpool({
    directory: folder,
    producer: 'benches/bench/in-process',
    source: 'bench',
    sink: createHttpSink({ url: ingestUrl }),
  })
const gatewayWith = (record: Recorder): Promise<Gateway> =>
  createGateway({ policy: staticPolicy(policy), identify: headerIdentity({ trust: 'anyone' }), record })

const answer = ({ id, params }: { id?: unknown; params?: { name?: unknown } }): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: { content: [{ type: 'text', text: `Called ${params?.name}.` }] },
  })

const answered: (req: { body?: unknown }, res: Parameters<RequestListener>[1]) => void = ({ body }, res) => {
  const text = answer(body as Parameters<typeof answer>[0])
  res
    .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}

/** What the guard does anyhow, a server without it has to do itself. */
const parsed: RequestListener = (req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => answered({ body: JSON.parse(Buffer.concat(chunks).toString()) }, res))
}

const startPlain = async (): Promise<string> => {
  const gateway =
    guard === 'none' ? undefined : await gatewayWith(guard === 'spool' ? await spool() : noRecorder)
  const server = createServer(gateway === undefined ? parsed : guardNode(gateway, answered))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

const startSdk = async (): Promise<string> => {
  const gateway = await gatewayWith(noRecorder)
  const { url, calls } = await startV2Fixture({
    guards: {
      ...(guard === 'fetch' ? { fetch: (next) => guardFetch(gateway, next) } : {}),
      ...(guard === 'node'
        ? { node: (next) => guardNode(gateway, (req, res) => next(req, res, req.body)) }
        : {}),
    },
  })
  // What it remembers would only grow.
  setInterval(() => calls.splice(0), 100).unref()
  return url
}

const url = await (kind === 'sdk' ? startSdk() : startPlain())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url })
