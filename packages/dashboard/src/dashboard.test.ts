import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@mcp-sentinel/service'
import { expect, onTestFinished, test } from 'vitest'
import { createDashboard, type DashboardOptions } from './dashboard.ts'

interface Asked {
  readonly request: IncomingMessage
  readonly body: string
}

/** An API that tells what it was asked. */
const startApi = async (status = 200, answer: object = { ok: true }) => {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      asked.push({ request, body: Buffer.concat(pieces).toString() })
      response.setHeader('set-cookie', '__Host-mcp_session=s; Secure; HttpOnly')
      response.statusCode = status
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {
    asked,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close(),
  }
}

const start = async (apiUpstream: string, more: Partial<DashboardOptions> = {}) => {
  const directory = await mkdtemp(join(tmpdir(), 'dashboard-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><div id="app"></div>')
  await writeFile(join(directory, 'assets', 'index-abc.js'), 'export {}')
  const logger = createLogger({ service: 'dashboard-test', level: 'silent' })
  const { app, close } = await createDashboard({
    apiUpstream,
    logger,
    directory,
    platformMode: 'org',
    ...more,
  })
  onTestFinished(async () => {
    await close()
    await rm(directory, { recursive: true })
  })
  return app
}

test('every address of its own is the page, which may load what is here and nothing else', async () => {
  const app = await start('http://127.0.0.1:1')
  for (const url of ['/', '/events?event=1', '/servers/mcp-servers/payments']) {
    const answer = await app.inject(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('id="app"')
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'")
    expect(answer.headers['content-security-policy']).not.toContain('unsafe')
  }
})

test('files whose names tell what is in them are kept', async () => {
  const answer = await (await start('http://127.0.0.1:1')).inject('/assets/index-abc.js')
  expect(answer.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  })
})

test('a file that is gone is not the page', async () => {
  expect((await (await start('http://127.0.0.1:1')).inject('/assets/index-old.js')).statusCode).toBe(404)
})

test('pages that are not built are missed by that name, and nothing else is', async () => {
  const logger = createLogger({ service: 'dashboard-test', level: 'silent' })
  const { app, close } = await createDashboard({
    apiUpstream: 'http://127.0.0.1:1',
    logger,
    directory: '/nowhere',
  })
  onTestFinished(close)
  expect((await app.inject('/events')).json()).toMatchObject({ error: 'not_built' })
  expect((await app.inject('/health')).statusCode).toBe(200)
})

test('the page learns where the API is', async () => {
  const answer = await (await start('http://127.0.0.1:1')).inject('/config.js')
  expect(answer.headers['content-type']).toContain('text/javascript')
  expect(answer.body).toBe('window.MCP_API_BASE = "/api"\nwindow.MCP_PLATFORM_MODE = "org"\n')
})

test('where traces are looked at is told to the page', async () => {
  const app = await start('http://127.0.0.1:1', { traceUrl: 'https://traces.example/{traceId}' })
  expect((await app.inject('/config.js')).body).toContain(
    'window.MCP_TRACE_URL = "https://traces.example/{traceId}"\n',
  )
})

test('what is for the API reaches it as it came, and by way of us', async () => {
  const api = await startApi()
  const app = await start(api.origin)
  const answer = await app.inject({
    method: 'PATCH',
    url: '/api/runtime/grants/a/b?x=%20',
    headers: {
      'content-type': 'application/json',
      cookie: '__Host-mcp_session=s',
      'x-forwarded-for': '203.0.113.9',
      'x-mcp-source': 'cli',
      origin: 'http://dashboard.test',
    },
    payload: '{"disabled": true}',
  })
  expect(answer.json()).toEqual({ ok: true })
  const [{ request, body } = {} as Asked] = api.asked
  expect([request.method, request.url, body]).toEqual([
    'PATCH',
    '/api/runtime/grants/a/b?x=%20',
    '{"disabled": true}',
  ])
  expect(request.headers).toMatchObject({
    cookie: '__Host-mcp_session=s',
    origin: 'http://dashboard.test',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-mcp-source': 'ui',
  })
})

test.each([
  ['POST', '/auth/login', 'POST', '/api/auth/session'],
  ['POST', '/auth/logout', 'POST', '/api/auth/logout'],
] as const)('%s %s is %s %s of the API', async (method, url, askedMethod, askedUrl) => {
  const api = await startApi()
  const answer = await (await start(api.origin)).inject({
    method,
    url,
    ...(method === 'POST' ? { payload: {} } : {}),
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['set-cookie']).toContain('HttpOnly')
  expect(api.asked.map(({ request }) => [request.method, request.url])).toEqual([[askedMethod, askedUrl]])
})

test('an API that is away is named', async () => {
  const api = await startApi()
  api.stop()
  const answer = await (await start(api.origin)).inject('/api/stats')
  expect(answer.statusCode).toBe(502)
  expect(answer.json()).toMatchObject({ error: 'api_unavailable' })
})

test.each([
  [
    200,
    { authenticated: true, principal: { role: 'admin' } },
    { authenticated: true, principal: { role: 'admin' } },
    204,
  ],
  [
    200,
    { authenticated: true, principal: { role: 'user' } },
    { authenticated: true, principal: { role: 'user' } },
    401,
  ],
  [401, { error: 'unauthorized' }, { authenticated: false }, 401],
])('who asks, when the API answers %i %j', async (status, answer, told, admitted) => {
  const api = await startApi(status, answer)
  const app = await start(api.origin)
  const headers = { cookie: '__Host-mcp_session=s' }
  const said = await app.inject({ url: '/auth/status', headers })
  expect([said.statusCode, said.json()]).toEqual([200, told])
  expect((await app.inject({ url: '/auth/admin-check', headers })).statusCode).toBe(admitted)
  expect(api.asked.map(({ request }) => [request.url, request.headers.cookie])).toEqual([
    ['/api/auth/me', headers.cookie],
    ['/api/auth/me', headers.cookie],
  ])
})

test('an API that is away says of nobody that they are not signed in', async () => {
  const app = await start('http://127.0.0.1:1')
  for (const url of ['/auth/status', '/auth/admin-check'])
    expect((await app.inject(url)).statusCode).toBe(502)
})
