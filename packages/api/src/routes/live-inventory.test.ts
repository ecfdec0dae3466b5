import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { createAdapterAssertions } from '@mcp-sentinel/identity'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientOf } from '../contract-tests/asking.ts'
import { createGoverned, type Governed, red } from '../contract-tests/governed.ts'

let governed: Governed
let opened = new AsyncDisposableStack()
/** Where each server is, by its name. */
const urls = new Map<string, string>()
const { privateKey, publicKey } = generateKeyPairSync('ed25519')

beforeEach(async () => {
  governed = await createGoverned({
    serverUrlOf: ({ metadata }) => urls.get(metadata.name),
    signer: { kid: 'k', privateKey, issuer: 'mcp-sentinel' },
  })
  opened.defer(governed.close)
})
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
  urls.clear()
})

const put = async (name: string, url: string, tools: readonly string[] = ['echo', 'gone']) => {
  urls.set(name, url)
  await governed.server(name, {
    spec: { tools: tools.map((tool) => ({ name: tool, sideEffect: 'read' as const })) },
  })
}
const serve = async (handle: Parameters<typeof createServer>[1]): Promise<string> => {
  const server: Server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}
const paramsOf = (name: string) => ({ namespace: red, name })
const inventoryOf = (name: string) => governed.as('member').servers.inventory({ params: paramsOf(name) })

describe('servers.inventory', () => {
  it.each([
    ['of the legacy era', startV1Fixture, '2025-11-25'],
    ['of the modern era', startV2Fixture, '2026-07-28'],
  ] as const)('asks a server %s what it has, and says what differs', async (_, start, version) => {
    const server = await start()
    opened.defer(server.close)
    await put('asked', server.url)
    const { liveInventory, drift } = await inventoryOf('asked')
    expect(liveInventory).toMatchObject({ fetchedAt: '2026-06-01T08:00:00.000Z', protocolVersion: version })
    const echo = liveInventory?.tools.find(({ name }) => name === 'echo')
    expect(echo).toMatchObject({ description: expect.any(String), inputSchema: { type: 'object' } })
    expect(liveInventory?.prompts.length).toBeGreaterThan(0)
    expect(liveInventory?.resources.length).toBeGreaterThan(0)
    const statuses = new Map(drift?.map(({ name, status }) => [name, status]))
    expect([statuses.get('echo'), statuses.get('gone'), statuses.get('erase')]).toEqual([
      'declared',
      'missing',
      'ungoverned',
    ])
  })

  it('proves who asks, to this server alone', async () => {
    const asserted: string[] = []
    const url = await serve((request, response) => {
      asserted.push(String(request.headers['x-mcp-adapter-assertion']))
      response.writeHead(404).end()
    })
    await put('asked', url)
    await inventoryOf('asked')
    const { authenticate } = createAdapterAssertions({
      publicKeys: new Map([['k', publicKey]]),
      issuer: 'mcp-sentinel',
      audience: `${red}/asked`,
      clock: governed.now,
    })
    expect(await authenticate(asserted[0])).toMatchObject({
      ok: true,
      principal: { caller: { agent: 'mcp-sentinel-inventory' } },
    })
  })

  it('asks once in half a minute, however many want to know', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: 2, result: { tools: [{ name: 'echo' }] } }))
    })
    await put('asked', url)
    await Promise.all([inventoryOf('asked'), inventoryOf('asked')])
    const first = asked
    governed.wait(29_999)
    await inventoryOf('asked')
    expect(asked).toBe(first)
    governed.wait(1)
    await inventoryOf('asked')
    expect(asked).toBe(2 * first)
  })

  it.each<readonly [string, () => Promise<string>, RegExp]>([
    ['cannot be reached', async () => 'http://127.0.0.1:1/mcp', /cannot be reached/],
    [
      'says no',
      () => serve((_, response) => void response.writeHead(403).end()),
      /answers initialize with 403/,
    ],
    [
      'speaks something else',
      () => serve((_, response) => void response.end('<html>')),
      /answers initialize with 200/,
    ],
    [
      'leads elsewhere',
      () => serve((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
      /cannot be reached/,
    ],
    [
      'never ends',
      () =>
        serve((_, response) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          const chunk = Buffer.alloc(1024 ** 2, 0x20)
          const pour = (): void => {
            while (!response.destroyed && response.write(chunk)) {}
            response.once('drain', pour)
          }
          pour()
        }),
      /more than \d+ characters/,
    ],
  ] as const)('says so of a server that %s', async (_, start, why) => {
    await put('asked', await start())
    const { liveInventory, liveInventoryError, drift } = await inventoryOf('asked')
    expect(liveInventoryError).toMatch(why)
    expect([liveInventory, drift]).toEqual([undefined, undefined])
  })

  it('leaves out what is no tool', async () => {
    const tools = [{ name: 'echo' }, { name: 7 }, null, { name: 'x'.repeat(9000) }]
    const url = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`event: message\r\ndata: ${JSON.stringify({ id: 2, result: { tools } })}\r\n\r\n`),
    )
    await put('asked', url)
    expect((await inventoryOf('asked')).liveInventory?.tools).toEqual([{ name: 'echo' }])
  })

  it('is for who may see the server', async () => {
    await put('asked', 'http://127.0.0.1:1/mcp')
    await expect(
      governed.as('otherOwner').servers.inventory({ params: paramsOf('asked') }),
    ).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(
      clientOf(governed.app).servers.inventory({ params: paramsOf('asked') }),
    ).rejects.toMatchObject({
      code: 'unauthorized',
    })
    await expect(inventoryOf('nowhere')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('servers.tools', () => {
  beforeEach(async () => {
    const server = await startV1Fixture()
    opened.defer(server.close)
    await put('asked', server.url)
    urls.set('shut', 'http://127.0.0.1:1/mcp')
    await governed.server('shut', {
      spec: {
        teamID: 'team-1',
        tools: [
          {
            name: 'refund',
            description: 'Gives money back',
            sideEffect: 'destructive',
            requiredTrust: 'high',
            riskLevel: 'high',
            labels: { area: 'money' },
          },
        ],
      },
    })
  })
  const tools = async (query: object = {}) =>
    (await governed.as('member').servers.tools({ query })).tools.map(({ tool_name }) => tool_name)

  it('lists what was declared, with all that is known of it', async () => {
    const { tools: rows, truncated } = await governed.as('member').servers.tools()
    expect(rows.map(({ tool_name }) => tool_name)).toEqual(['echo', 'gone', 'refund'])
    expect(rows[2]).toEqual({
      tool_name: 'refund',
      description: 'Gives money back',
      server_name: 'shut',
      namespace: red,
      team_id: 'team-1',
      endpoint_url: 'http://localhost/shut/mcp',
      declared: true,
      drift_status: 'declared',
      required_trust: 'high',
      side_effect: 'destructive',
      risk_level: 'high',
      labels: { area: 'money' },
      connect_config: { mcpServers: { shut: { type: 'http', url: 'http://localhost/shut/mcp' } } },
    })
    expect(truncated).toBe(false)
  })

  it.each([
    [{ q: 'MONEY' }, ['refund']],
    [{ query: 'ech' }, ['echo']],
    [{ server: 'shut' }, ['refund']],
    [{ team: 'team-1' }, ['refund']],
    [{ trust: 'high' }, ['refund']],
    [{ side_effect: 'read' }, ['echo', 'gone']],
    [{ risk: 'high' }, ['refund']],
    [{ namespace: 'mcp-servers' }, []],
    [{ drift: 'missing' }, ['gone']],
    [{ limit: 1 }, ['echo']],
  ])('of %j', async (query, expected) => {
    expect(await tools(query)).toEqual(expected)
  })

  it('lists what nobody has declared, of servers that answer', async () => {
    const { tools: rows } = await governed.as('member').servers.tools({ query: { drift: 'ungoverned' } })
    expect(rows.find(({ tool_name }) => tool_name === 'erase')).toMatchObject({
      declared: false,
      live: true,
      drift_status: 'ungoverned',
    })
    expect(rows[0]).not.toHaveProperty('required_trust')
    const { tools: live } = await governed
      .as('member')
      .servers.tools({ query: { live: true, server: 'shut' } })
    expect(live[0]).not.toHaveProperty('live')
  })

  it('shows nobody a server that they may not see', async () => {
    expect((await governed.as('otherOwner').servers.tools()).tools).toEqual([])
    await expect(clientOf(governed.app).servers.tools()).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('is told beside the server, when that is asked for', async () => {
    const { server } = await governed
      .as('member')
      .servers.get({ params: paramsOf('asked'), query: { live: true } })
    expect(server.liveInventory?.tools.length).toBeGreaterThan(0)
    const { servers } = await governed.as('member').servers.list({ query: { live: true } })
    expect(
      servers.map(({ liveInventory, liveInventoryError }) => [
        liveInventory === undefined,
        liveInventoryError,
      ]),
    ).toEqual([
      [false, undefined],
      [true, 'the server cannot be reached'],
    ])
  })
})
