import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createLogger } from '@mcp-sentinel/service'
import { expect, onTestFinished, test } from 'vitest'
import { client, startIssuer } from '../contract-tests/issuer.ts'
import { createDashboard } from '../dashboard.ts'
import { flowCookieName, flowMs } from './flow.ts'

/** A dashboard between a real provider, an API that answers as it is told, and a browser that keeps its cookies. */
const start = async (redirectOrigin = 'http://127.0.0.1') => {
  const parts = new AsyncDisposableStack()
  onTestFinished(() => parts.disposeAsync())
  const issuer = await startIssuer()
  parts.defer(async () => void (await issuer.close()))
  const api = { status: 201, error: '', asked: [] as { readonly headers: object; readonly body: unknown }[] }
  const server = createServer(async (request, response) => {
    api.asked.push({ headers: request.headers, body: await json(request) })
    response.setHeader('set-cookie', 'mcp_session=s; HttpOnly; SameSite=Strict')
    response.writeHead(api.status).end(JSON.stringify({ error: api.error }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  parts.defer(async () => void server.close())

  let now = 1_800_000_000_000
  const log: string[] = []
  const { app, close } = await createDashboard({
    apiUpstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logger: createLogger({
      service: 'test',
      level: 'trace',
      destination: { write: (line) => void log.push(line) },
    }),
    oidc: {
      issuer: issuer.issuer,
      clientId: client.id,
      clientSecret: client.secret,
      redirectUrl: `${redirectOrigin}/auth/oidc/callback`,
      name: 'Example',
    },
    clock: () => now,
  })
  parts.defer(close)

  const browser = () => {
    const cookies = new Map<string, string>()
    const set: string[] = []
    const go = async (url: string, headers: Record<string, string> = {}) => {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const answer = await app.inject({ url, headers: { ...headers, ...(cookie && { cookie }) } })
      set.push(...[answer.headers['set-cookie'] ?? []].flat())
      for (const one of [answer.headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
        if (/max-age=0/i.test(one)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return { status: answer.statusCode, to: String(answer.headers.location), headers: answer.headers }
    }
    return {
      cookies,
      set,
      go,
      begin: (to = '/events?decision=deny') => go(`/auth/oidc/start?${new URLSearchParams({ to })}`),
      back: (query: URLSearchParams, headers = {}) => go(`/auth/oidc/callback?${query}`, headers),
    }
  }
  return { app, issuer, api, log, browser, later: (ms: number) => (now += ms) }
}

const fault = (code: string, to = '/events?decision=deny') =>
  `/sign-in?${new URLSearchParams({ error: code, to })}`

test('who says who they are at the provider is signed in, and comes to where they wanted', async () => {
  const { issuer, api, browser } = await start()
  const ada = browser()
  const sent = await ada.begin()
  expect(sent.status).toBe(303)
  const asked = new URL(sent.to)
  expect(`${asked.origin}${asked.pathname}`).toBe(`${issuer.issuer}/authorize`)
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    tenant: 'a',
    response_type: 'code',
    client_id: client.id,
    redirect_uri: 'http://127.0.0.1/auth/oidc/callback',
    scope: 'openid email',
    code_challenge_method: 'S256',
  })
  expect(ada.set[0]).toMatch(/^mcp_sign_in_[\w-]{16}=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)

  const back = await ada.back(issuer.authorize(sent.to), { 'x-forwarded-for': '203.0.113.9' })
  expect([back.status, back.to]).toEqual([303, '/events?decision=deny'])
  expect(back.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
  expect([...ada.cookies]).toEqual([['mcp_session', 's']])
  const [{ body, headers } = {} as (typeof api.asked)[number]] = api.asked
  expect(body).toEqual({ id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) })
  expect(headers).toMatchObject({ 'x-forwarded-for': '203.0.113.9, 127.0.0.1', 'x-mcp-source': 'ui' })
  expect(headers).not.toHaveProperty('cookie')
})

test('by https the cookie is for this host alone', async () => {
  const { browser } = await start('https://dashboard.example.org')
  const ada = browser()
  await ada.begin()
  expect(ada.set[0]).toMatch(/^__Host-mcp_sign_in_.*; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/)
})

test('the page learns by what name the provider goes', async () => {
  const { app } = await start()
  expect((await app.inject('/config.js')).body).toContain('window.MCP_OIDC_NAME = "Example"\n')
})

test('a provider that takes no Basic is given the secret in the form', async () => {
  const { issuer, browser } = await start()
  issuer.set.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
  const ada = browser()
  expect((await ada.back(issuer.authorize((await ada.begin()).to))).to).toBe('/events?decision=deny')
})

test('two tabs begin and end each their own sign-in', async () => {
  const { issuer, browser } = await start()
  const ada = browser()
  const [one, two] = [await ada.begin('/events'), await ada.begin('/access')]
  expect((await ada.back(issuer.authorize(one.to))).to).toBe('/events')
  expect((await ada.back(issuer.authorize(two.to))).to).toBe('/access')
})

test('of many that are begun the oldest are forgotten', async () => {
  const { browser } = await start()
  const ada = browser()
  for (let at = 0; at < 12; at += 1) await ada.begin()
  expect(ada.cookies.size).toBe(8)
})

test('a callback is good once, and so is its code', async () => {
  const { issuer, api, browser } = await start()
  const ada = browser()
  const sent = await ada.begin()
  const query = issuer.authorize(sent.to)
  const kept = new Map(ada.cookies)
  await ada.back(query)
  expect((await ada.back(query)).to).toBe('/sign-in?error=sign_in_unknown')
  // Also where the browser were to bring its cookie again.
  for (const [name, value] of kept) ada.cookies.set(name, value)
  expect((await ada.back(query)).to).toBe(fault('provider_refused'))
  expect(api.asked).toHaveLength(1)
})

test('a code that another browser was given signs nobody in', async () => {
  const { issuer, api, browser } = await start()
  const [mallory, ada] = [browser(), browser()]
  const theirs = issuer.authorize((await mallory.begin()).to)
  // Without a flow of their own, with one, and with the state of their own flow.
  expect((await ada.back(theirs)).to).toBe('/sign-in?error=sign_in_unknown')
  const own = new URL((await ada.begin()).to).searchParams.get('state') ?? ''
  expect((await ada.back(theirs)).to).toBe('/sign-in?error=sign_in_unknown')
  // Nor where the cookie of their own flow goes by the name of the other.
  const sealed = ada.cookies.get(flowCookieName(own, false)) ?? ''
  ada.cookies.set(flowCookieName(theirs.get('state') ?? '', false), sealed)
  expect((await ada.back(theirs)).to).toBe(fault('sign_in_unknown'))
  theirs.set('state', own)
  expect((await ada.back(theirs)).to).toBe(fault('provider_refused'))
  expect(api.asked).toEqual([])
  expect(ada.cookies.has('mcp_session')).toBe(false)
})

type World = Awaited<ReturnType<typeof start>>
interface Hostile {
  readonly called: string
  readonly code: string
  readonly before?: (world: World) => void
  readonly query?: (given: URLSearchParams, world: World) => URLSearchParams
}

const withQuery = (of: Record<string, string>) => (given: URLSearchParams) =>
  new URLSearchParams({ ...Object.fromEntries(given), ...of })
const withoutCode = (of: Record<string, string>) => (given: URLSearchParams) =>
  new URLSearchParams({ state: given.get('state') ?? '', ...of })
const answering = (status: number, body: string) => (world: World) => {
  world.issuer.set.token = () => ({ status, body })
}
const claiming = (claims: object) => (world: World) => {
  world.issuer.set.claims = claims
}
const apiAnswering = (status: number, error: string) => (world: World) => {
  Object.assign(world.api, { status, error })
}

test.each<Hostile>([
  { called: 'they did not want to', code: 'access_denied', query: withoutCode({ error: 'access_denied' }) },
  { called: 'the provider did not', code: 'provider_refused', query: withoutCode({ error: 'server_error' }) },
  { called: 'neither code nor error', code: 'provider_refused', query: withoutCode({}) },
  {
    called: 'a code that is given twice',
    code: 'provider_refused',
    query: (given) => new URLSearchParams([...given, ['code', 'another']]),
  },
  { called: 'another code', code: 'provider_refused', query: withQuery({ code: 'guessed' }) },
  {
    called: 'another issuer in the answer',
    code: 'provider_mismatch',
    query: withQuery({ iss: 'https://evil.example' }),
  },
  {
    called: 'no issuer where the provider names itself',
    code: 'provider_mismatch',
    before: ({ issuer }) => {
      issuer.set.metadata = { authorization_response_iss_parameter_supported: true }
    },
  },
  { called: 'another nonce', code: 'token_refused', before: claiming({ nonce: 'of another sign-in' }) },
  { called: 'no nonce', code: 'token_refused', before: claiming({ nonce: undefined }) },
  { called: 'another audience', code: 'token_refused', before: claiming({ aud: 'somebody else' }) },
  { called: 'no audience', code: 'token_refused', before: claiming({ aud: undefined }) },
  {
    called: 'several audiences, given to nobody',
    code: 'token_refused',
    before: claiming({ aud: [client.id, 'x'] }),
  },
  { called: 'given to another client', code: 'token_refused', before: claiming({ azp: 'somebody else' }) },
  {
    called: 'a token of another issuer',
    code: 'provider_mismatch',
    before: claiming({ iss: 'https://evil.example' }),
  },
  { called: 'too long a token', code: 'token_refused', before: claiming({ more: 'x'.repeat(9000) }) },
  { called: 'a token that is none', code: 'token_refused', before: answering(200, '{"id_token":"x.y"}') },
  { called: 'no token', code: 'provider_refused', before: answering(200, '{"id_token":1}') },
  { called: 'no JSON', code: 'provider_unavailable', before: answering(200, '<html>') },
  { called: 'no object', code: 'provider_unavailable', before: answering(200, 'null') },
  {
    called: 'no end',
    code: 'provider_unavailable',
    before: ({ issuer }) => {
      issuer.set.token = (body) => ({
        status: 200,
        body: JSON.stringify({ ...body, more: 'x'.repeat(300_000) }),
      })
    },
  },
  { called: 'a way elsewhere', code: 'provider_unavailable', before: answering(307, '{}') },
  { called: 'a provider that fails', code: 'provider_unavailable', before: answering(500, '{}') },
  { called: 'a token that does not hold', code: 'token_refused', before: apiAnswering(401, 'unauthorized') },
  {
    called: 'an e-mail address nobody verified',
    code: 'email_unverified',
    before: apiAnswering(403, 'email_unverified'),
  },
  {
    called: 'too many attempts',
    code: 'too_many_requests',
    before: apiAnswering(429, 'too_many_requests'),
  },
  {
    called: 'keys that the API cannot have',
    code: 'provider_unavailable',
    before: apiAnswering(503, 'identity_provider_unavailable'),
  },
  { called: 'an API that fails', code: 'api_unavailable', before: apiAnswering(500, 'internal_error') },
])('$called: $code', async ({ code, before, query = (given) => given }) => {
  const world = await start()
  before?.(world)
  const ada = world.browser()
  const given = world.issuer.authorize((await ada.begin()).to)
  const back = await ada.back(query(given, world))
  expect([back.status, back.to]).toEqual([303, fault(code)])
  expect([...ada.cookies]).toEqual([])
  // Neither what opens something nor what somebody else wrote is in the log, and the code is.
  const log = world.log.join('')
  expect(log).toContain(`"code":"${code}"`)
  for (const secret of [client.secret, given.get('code') ?? '', given.get('state') ?? '', 'evil.example'])
    expect(log).not.toContain(secret)
})

test('a sign-in that took longer than ten minutes is over', async () => {
  const { issuer, browser, later } = await start()
  const ada = browser()
  const query = issuer.authorize((await ada.begin()).to)
  later(flowMs)
  expect((await ada.back(query)).to).toBe('/sign-in?error=sign_in_unknown')
})

test.each(['https://evil.example', '//evil.example', '/\\evil.example'])(
  'a link to %s leads home',
  async (to) => {
    const { issuer, browser } = await start()
    const ada = browser()
    expect((await ada.back(issuer.authorize((await ada.begin(to)).to))).to).toBe('/')
  },
)

test.each([
  ['that is another', { issuer: 'https://evil.example' }],
  ['whose token endpoint anybody could read', { token_endpoint: 'http://id.example.org/token' }],
  ['without an authorization endpoint', { authorization_endpoint: undefined }],
])('nobody is sent to a provider %s', async (_, metadata) => {
  const { issuer, browser } = await start()
  issuer.set.metadata = metadata
  expect((await browser().begin()).to).toBe(fault('provider_unavailable'))
  // What failed is asked for again.
  issuer.set.metadata = {}
  expect((await browser().begin()).to).toContain(`${issuer.issuer}/authorize`)
})

test('its metadata is asked for once an hour', async () => {
  const { issuer, browser, later } = await start()
  for (let at = 0; at < 3; at += 1) await browser().begin()
  expect(issuer.asked).toHaveLength(1)
  later(3_600_000)
  await browser().begin()
  expect(issuer.asked).toHaveLength(2)
})

test('a provider that is away is named, and where they wanted to go is kept', async () => {
  const { issuer, browser } = await start()
  await issuer.close()
  expect((await browser().begin()).to).toBe(fault('provider_unavailable'))
})
