import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dispatcher, Pool } from 'undici'

// The least that a gateway can do and still know what passes through it: read the body, parse it, hand it on.
const [upstream = ''] = process.argv.slice(2)
const pool = new Pool(new URL(upstream).origin)

const forward = (req: IncomingMessage, res: ServerResponse, body: Buffer): void => {
  const { connection: _, 'transfer-encoding': __, ...headers } = req.headers
  const { method = 'POST', url = '/' } = req
  let upstreamCall: Dispatcher.DispatchController | undefined
  res.once('close', () => {
    if (!res.writableFinished) upstreamCall?.abort(new Error('the caller went away'))
  })
  pool.dispatch(
    { path: url, method: method as Dispatcher.HttpMethod, headers, body },
    {
      onRequestStart: (controller) => {
        upstreamCall = controller
        res.on('drain', () => controller.resume())
      },
      onResponseStart: (_, status, { connection: __, 'keep-alive': ___, ...answered }) => {
        res.writeHead(status, answered)
      },
      onResponseData: (controller, chunk) => {
        if (!res.write(chunk)) controller.pause()
      },
      onResponseEnd: () => res.end(),
      onResponseError: () => {
        if (res.headersSent) res.destroy()
        else res.writeHead(502).end()
      },
    },
  )
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    const body = Buffer.concat(chunks)
    if (typeof JSON.parse(body.toString()) === 'object') forward(req, res, body)
    else res.writeHead(400).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })
})
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system })
})
process.on('disconnect', () => process.exit(0))
