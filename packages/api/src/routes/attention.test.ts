import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { clientOf } from '../contract-tests/asking.ts'
import { blue, createGoverned, type Governed, red } from '../contract-tests/governed.ts'

let governed: Governed
const urls = new Map<string, string>()
beforeEach(async () => {
  governed = await createGoverned({ serverUrlOf: ({ metadata }) => urls.get(metadata.name) })
})
afterEach(async () => {
  urls.clear()
  await governed.close()
})

const key = { namespace: red, name: 'payments' }
const revision = async () => {
  const query = { namespace: red, server: 'payments' }
  return (await governed.as('admin').policies.rendered({ query })).revision
}
const attention = (who: Parameters<Governed['as']>[0] = 'owner', query: object = {}) =>
  governed.as(who).servers.attention({ query })
const policyNow = async () => (await attention()).servers[0]?.policy

/** Has these tools, and answers nothing else. */
const serve = async (tools: readonly string[]): Promise<string> => {
  const server = createServer((_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: 2, result: { tools: tools.map((name) => ({ name })) } })),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

describe('servers.attention', () => {
  it('lists nothing where nothing is amiss', async () => {
    await governed.server('payments')
    await governed.server('shop')
    expect(await attention()).toEqual({ servers: [], visible: 2, looked_at: 2, asked: 0, truncated: false })
    await governed.store.writeStatus('MCPServer', key, { phase: 'Ready', policyRevision: await revision() })
    expect((await attention()).servers).toEqual([])
  })

  it('tells of a gateway that is known to decide by another policy, until it decides by this one', async () => {
    await governed.server('payments')
    const applied = await revision()
    await governed.store.writeStatus('MCPServer', key, { phase: 'Ready', policyRevision: applied })
    await governed.as('owner').grants.apply({
      body: {
        ...key,
        serverRef: { name: 'payments' },
        subject: { humanID: 'ada' },
        allowedSideEffects: ['read'],
      },
    })
    const wanted = await revision()
    expect(wanted).not.toBe(applied)
    expect(await policyNow()).toEqual({ state: 'stale', wanted, applied, left_out: 0 })
    await governed.store.writeStatus('MCPServer', key, { phase: 'Ready', policyRevision: wanted })
    expect(await policyNow()).toBeUndefined()
  })

  it('tells of one that is not ready, and what is said of that', async () => {
    await governed.server('payments')
    await governed.store.writeStatus('MCPServer', key, { phase: 'Error', message: 'the image is not there' })
    await expect
      .poll(async () => (await attention()).servers)
      .toEqual([{ ...key, status: 'NotReady', message: 'the image is not there' }])
  })

  it('asks servers for their tools where that is wanted, and tells what differs', async () => {
    urls.set('payments', await serve(['add', 'erase']))
    urls.set('shop', await serve(['add']))
    urls.set('shut', 'http://127.0.0.1:1/mcp')
    const tools = ['add', 'pay'].map((name) => ({ name, sideEffect: 'read' as const }))
    await governed.server('payments', { spec: { teamID: 'team-1', tools } })
    await governed.server('shop')
    await governed.server('shut')
    expect(await attention('member', { live: true })).toMatchObject({
      servers: [
        { ...key, team_id: 'team-1', drift: { missing: ['pay'], ungoverned: ['erase'] }, drift_count: 2 },
      ],
      asked: 3,
    })
    expect((await attention('member')).servers).toEqual([])
  })

  it('names of many tools some, and counts all', async () => {
    urls.set('payments', await serve(Array.from({ length: 30 }, (_, at) => `tool-${at}`)))
    await governed.server('payments')
    const [first] = (await attention('owner', { live: true })).servers
    expect([first?.drift?.missing, first?.drift?.ungoverned.length, first?.drift_count]).toEqual([
      ['add'],
      20,
      31,
    ])
  })

  it.each([
    ['admin', ['others', 'payments'], true],
    ['owner', ['payments'], true],
    ['otherOwner', ['others'], true],
    // A member may not read what is granted.
    ['member', ['payments'], false],
    ['readKey', ['payments'], true],
    ['user', [], false],
    ['serviceKey', [], false],
  ] as const)('shows %s their own servers: %j', async (who, names, isPolicyTold) => {
    for (const [name, namespace] of [
      ['payments', red],
      ['others', blue],
      ['shared', 'mcp-servers'],
    ] as const) {
      await governed.server(name, { namespace })
      if (namespace === 'mcp-servers') continue
      const status = { phase: 'Error' as const, policyReady: false }
      await governed.store.writeStatus('MCPServer', { namespace, name }, status)
    }
    const named = async () => (await attention(who)).servers.map(({ name }) => name)
    await expect.poll(named).toEqual(names)
    const { servers } = await attention(who)
    expect(servers.map(({ policy }) => policy !== undefined)).toEqual(names.map(() => isPolicyTold))
    expect((await attention(who, { namespace: 'mcp-team-nobody' })).visible).toBe(0)
  })

  it('is for who is known, of what is known', async () => {
    await expect(clientOf(governed.app).servers.attention()).rejects.toMatchObject({ code: 'unauthorized' })
    const without = await createGoverned({ resources: undefined })
    onTestFinished(without.close)
    const away = { status: 503, code: 'resources_unavailable' }
    await expect(without.as('owner').servers.attention()).rejects.toMatchObject(away)
    await expect(attention('owner', { namespace: 'Red' })).rejects.toMatchObject({
      code: 'invalid_query_param',
    })
    await expect(attention('owner', { limit: 1 })).rejects.toMatchObject({ code: 'invalid_query_param' })
  })

  it('looks at so many and lists so many, and says that there are more', async () => {
    const names = Array.from({ length: 201 }, (_, at) => `server-${String(at).padStart(3, '0')}`)
    await Promise.all(
      names.map(async (name) => {
        await governed.server(name)
        await governed.store.writeStatus('MCPServer', { namespace: red, name }, { phase: 'Error' })
      }),
    )
    await expect.poll(async () => (await attention('admin')).visible).toBe(201)
    const { servers, looked_at, truncated } = await attention('admin')
    expect([servers.length, looked_at, truncated]).toEqual([100, 200, true])
    expect(servers.at(-1)?.name).toBe('server-099')
  })
})
