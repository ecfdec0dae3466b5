import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Stub, startStub } from '@mcp-sentinel/fixture-servers/stub'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const external = 'https://mcp.example.org/payments'
const resource = `${external}/mcp`

const good = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const closings: (() => unknown)[] = []
let url: string
let issuer: string
let upstream: Stub
let keysAsked = 0

const jwt = (claims: object, { key = good.privateKey, alg = 'EdDSA', kid = 'k1' }: Signing = {}): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg, kid })}.${part(claims)}`
  return `${text}.${alg === 'none' ? '' : sign(null, Buffer.from(text), key).toString('base64url')}`
}
interface Signing {
  readonly key?: KeyObject
  readonly alg?: string
  readonly kid?: string
}

const now = (): number => Math.floor(Date.now() / 1000)
const claims = () => ({
  iss: issuer,
  aud: resource,
  sub: 'alice',
  azp: 'reader',
  iat: now(),
  exp: now() + 300,
})

const startIssuer = async (): Promise<string> => {
  const server = createServer((req, res) => {
    const found =
      req.url === '/.well-known/oauth-authorization-server'
        ? { issuer, jwks_uri: `${issuer}/keys` }
        : req.url === '/keys' && {
            keys: [{ ...good.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA' }],
          }
    if (req.url === '/keys') keysAsked += 1
    res.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found || {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closings.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const portOf = async (child: ChildProcess): Promise<number> => {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number }
    if (msg === 'guarding') return port
  }
  throw new Error('it did not start')
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-oauth-'))
  closings.push(() => rm(folder, { recursive: true }))
  issuer = await startIssuer()
  upstream = await startStub()
  closings.push(upstream.close)
  const policy = `
schema_version: v2
server: { name: payments }
auth: { mode: oauth, issuer_url: "${issuer}" }
policy: { denial: tool-result }
tools: [{ name: add, side_effect: read }]
grants: [{ name: readers, human_id: alice, agent_id: reader, allowed_side_effects: [read] }]
`
  await writeFile(join(folder, 'policy.yaml'), policy)
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', main], {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      POLICY_FILE: join(folder, 'policy.yaml'),
      UPSTREAM_URL: new URL(upstream.url).origin,
      EXTERNAL_BASE_URL: external,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closings.push(() => child.kill('SIGKILL'))
  url = `http://127.0.0.1:${await portOf(child)}`
}, 20_000)
afterAll(async () => {
  for (const close of closings.reverse()) await close()
})

const call = (headers: Record<string, string>, query = '') =>
  fetch(`${url}/mcp${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } }),
  })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test('a client finds the issuer by the resource, under the path and at the root', async () => {
  for (const path of ['', '/payments/mcp']) {
    const metadata = await fetch(`${url}/.well-known/oauth-protected-resource${path}`)
    expect(metadata.headers.get('access-control-allow-origin')).toBe('*')
    expect(await metadata.json()).toMatchObject({ resource, authorization_servers: [issuer] })
  }
  expect((await fetch(`${url}/.well-known/oauth-protected-resource/other`)).status).toBe(404)
})

test('without a token it is told where to get one, and not that it was wrong', async () => {
  const answer = await call({})
  expect(answer.status).toBe(401)
  const challenge = answer.headers.get('www-authenticate')
  expect(challenge).toContain(
    'resource_metadata="https://mcp.example.org/.well-known/oauth-protected-resource/payments/mcp"',
  )
  expect(challenge).not.toContain('error=')
})

test('a token that holds is the caller, ends here, and is not asked about twice', async () => {
  const seen = upstream.calls.length
  const token = jwt(claims())
  for (let round = 0; round < 3; round++)
    expect((await call({ ...bearer(token), 'x-mcp-human-id': 'mallory' })).status).toBe(200)
  expect(upstream.calls.length - seen).toBe(3)
  const { headers } = upstream.calls.at(-1) as { headers: Record<string, unknown> }
  expect(headers['authorization']).toBeUndefined()
  expect([headers['x-mcp-human-id'], headers['x-mcp-agent-id']]).toEqual(['alice', 'reader'])
  expect(keysAsked).toBe(1)
})

test.each<[string, () => Record<string, string>, string?]>([
  ['that has expired', () => bearer(jwt({ ...claims(), exp: now() - 60 }))],
  ['without an end', () => bearer(jwt({ ...claims(), exp: undefined }))],
  ['for another resource', () => bearer(jwt({ ...claims(), aud: 'https://elsewhere.example.org' }))],
  ['for nobody in particular', () => bearer(jwt({ ...claims(), aud: undefined }))],
  ['of another issuer', () => bearer(jwt({ ...claims(), iss: 'https://elsewhere.example.org' }))],
  ['that is not signed', () => bearer(jwt(claims(), { alg: 'none' }))],
  ['signed by somebody else', () => bearer(jwt(claims(), { key: other.privateKey }))],
  ['of a key that nobody knows', () => bearer(jwt(claims(), { kid: 'k2' }))],
  ['that is none', () => bearer('x.y.z')],
  ['beside another', () => ({ authorization: `Bearer ${jwt(claims())}, Bearer ${jwt(claims())}` })],
  ['in the query', () => bearer(jwt(claims())), '?access_token=abc'],
])('a token %s is worth nothing', async (_, headers, query) => {
  const seen = upstream.calls.length
  const answer = await call(headers(), query)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('x-mcp-denial-reason')).toBe('invalid_token')
  expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
  expect(upstream.calls).toHaveLength(seen)
})

test('listening and ending a session need a token too', async () => {
  for (const method of ['GET', 'DELETE'])
    expect((await fetch(`${url}/mcp`, { method, headers: { accept: 'text/event-stream' } })).status).toBe(401)
})
