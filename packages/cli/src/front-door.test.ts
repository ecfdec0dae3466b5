import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { below, type Handle, openFrontDoor, proxyTo } from './front-door.ts'

const says =
  (what: string): Handle =>
  (request, response) =>
    void response.end(`${what} ${request.url}`)

const open = async (doors: Readonly<Record<string, Handle>> = {}) => {
  const door = await openFrontDoor(0)
  onTestFinished(door.close)
  for (const [under, handle] of Object.entries({ '/': says('page'), ...doors })) door.lead(under, handle)
  return { origin: `http://127.0.0.1:${door.port}`, port: door.port }
}

const serve = async (handle: Handle): Promise<number> => {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

test.each([
  ['/', 'page /'],
  ['/apisomething', 'page /apisomething'],
  ['/api', 'api /api'],
  ['/api/stats?limit=1', 'api /api/stats?limit=1'],
  ['/ingest/events', 'ingest /events'],
  ['/ingest', 'ingest /'],
])('%s leads to %s', async (path, said) => {
  const { origin } = await open({ '/api': says('api'), '/ingest': below('/ingest', says('ingest')) })
  expect(await (await fetch(`${origin}${path}`)).text()).toBe(said)
})

test('what is behind a path of another process gets the request, and its answer comes back, as they are', async () => {
  const port = await serve((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      response.writeHead(201, ['x-Upper', 'A', 'set-cookie', 'a=1', 'set-cookie', 'b=2'])
      response.end(`${request.method} ${request.url} ${request.headers['x-given']} ${Buffer.concat(pieces)}`)
    })
  })
  const { origin } = await open({ '/payments': proxyTo(() => port) })
  const answer = await fetch(`${origin}/payments/mcp?x=1`, {
    method: 'POST',
    headers: { 'x-given': 'yes' },
    body: '{"a": 1}',
  })
  expect(answer.status).toBe(201)
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await answer.text()).toBe('POST /payments/mcp?x=1 yes {"a": 1}')
})

test('a stream comes piece by piece, and ends on the other side when its reader goes away', async () => {
  let ended: Promise<unknown> = Promise.resolve()
  const port = await serve((_, response) => {
    ended = once(response, 'close')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  })
  const { origin } = await open({ '/payments': proxyTo(() => port) })
  const leaving = new AbortController()
  const answer = await fetch(`${origin}/payments/mcp`, { signal: leaving.signal })
  const first = await answer.body?.getReader().read()
  expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
  leaving.abort()
  await ended
})

test('what does not answer is named', async () => {
  const { origin } = await open({ '/payments': proxyTo(() => 1) })
  const answer = await fetch(`${origin}/payments/mcp`)
  expect([answer.status, await answer.json()]).toMatchObject([502, { error: 'upstream_unavailable' }])
})

test('a port in use is named', async () => {
  const { port } = await open()
  await expect(openFrontDoor(port)).rejects.toThrow(`port ${port} is in use`)
})

test('what nothing leads to yet may be asked for again', async () => {
  const door = await openFrontDoor(0)
  onTestFinished(door.close)
  const ask = () => fetch(`http://127.0.0.1:${door.port}/api`)
  expect((await ask()).status).toBe(503)
  door.lead('/api', says('api'))
  expect((await ask()).status).toBe(200)
})
