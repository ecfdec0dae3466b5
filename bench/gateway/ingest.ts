import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

// Ingest as far as a spool needs it: takes whatever it is sent, counts decisions, and keeps all if it is told where.
const [keptIn] = process.argv.slice(2)
let decisions = 0

const count = (body: Buffer, what: string): number => {
  let found = 0
  for (let at = body.indexOf(what); at >= 0; at = body.indexOf(what, at + what.length)) found++
  return found
}

const server = createServer(async (req, res) => {
  const body = await buffer(req)
  // As it stands in the head of a payload, and nowhere in the envelope around it.
  decisions += count(body, '"event_type":"mcp.request","id":')
  if (keptIn !== undefined) await appendFile(keptIn, body)
  res.writeHead(202, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ ok: true, accepted: count(body, '\n'), rejected: [] }))
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` })
})
process.on('message', () => process.send?.({ decisions }))
process.on('disconnect', () => process.exit(0))
