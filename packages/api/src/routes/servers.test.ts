import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientOf } from '../contract-tests/asking.ts'
import {
  blue,
  createGoverned,
  type Governed,
  idOfCaller,
  red,
  redTeamId,
} from '../contract-tests/governed.ts'
import type { Platform } from '../platform.ts'

let governed: Governed
const opened: Governed[] = []
const begin = async (platform: Partial<Platform> = {}) => {
  const one = await createGoverned({ platform })
  opened.push(one)
  return one
}
beforeEach(async () => {
  governed = await begin()
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

const spec = {
  image: 'registry.example.com/payments',
  tools: [{ name: 'add', sideEffect: 'read' }],
  envVars: [{ name: 'TOKEN', value: 'not for the log' }],
}
const key = { namespace: red, name: 'payments' }
const params = key
const body = { ...key, spec }
type Key = Parameters<Governed['as']>[0]
const publish = (more: object = {}, caller: Key = 'member', on = governed) =>
  on.as(caller).servers.apply({ body: { ...body, ...more } })
const refused = (status: number, code: string, more: object = {}) => ({ status, code, ...more })
const stored = (one = key) => governed.store.get('MCPServer', one)

describe('servers.apply', () => {
  it('publishes a server behind its gateway, as the caller’s own', async () => {
    const { server } = await publish({ labels: { tier: 'gold' } })
    expect(server).toEqual({
      ...key,
      team_id: redTeamId,
      image: spec.image,
      ready: '0/1',
      status: 'Unknown',
      labels: {
        tier: 'gold',
        'platform.mcpruntime.org/user-id': idOfCaller('member'),
        'platform.mcpruntime.org/created-by': idOfCaller('member'),
        'mcpruntime.org/scope': 'tenant',
        'mcpruntime.org/team-id': redTeamId,
      },
      age: '0s',
      createdAt: '2026-06-01T08:00:00Z',
      endpoint: 'http://localhost/payments/mcp',
      access_json: { mcpServers: { payments: { type: 'http', url: 'http://localhost/payments/mcp' } } },
      authMode: 'header',
      servicePort: 80,
      tools: [{ name: 'add', sideEffect: 'read', requiredTrust: 'low' }],
      prompts: [],
      resources: [],
      tasks: [],
      disabled: false,
      disabledTools: [],
      policyMode: 'allow-list',
      conditions: [],
      resourceVersion: expect.any(String),
      spec: { ...spec, teamID: redTeamId, gateway: { enabled: true } },
    })
    expect((await stored())?.metadata.annotations).toEqual({
      'platform.mcpruntime.org/last-push-at': '2026-06-01T08:00:00.000Z',
      'platform.mcpruntime.org/last-push-by': idOfCaller('member'),
    })
  })

  it('writes down who published what, and no value of a variable', async () => {
    await publish()
    expect(governed.changes).toMatchObject([{ action: 'server_publish', resource: `server/${red}/payments` }])
    expect(JSON.stringify(governed.changes)).not.toContain('not for the log')
  })

  it.each([
    ['user', 'forbidden'],
    ['otherOwner', 'forbidden'],
    ['serviceKey', 'forbidden'],
    ['readKey', 'scope_missing'],
  ] as const)('is nothing for %s', async (caller, code) => {
    await expect(publish({}, caller)).rejects.toMatchObject(refused(403, code))
  })

  it.each([
    ['ingressHost', { ingressHost: 'evil.example.com' }, '/spec/ingressHost'],
    ['ingressAnnotations', { ingressAnnotations: { a: 'b' } }, '/spec/ingressAnnotations'],
    ['publicPathPrefix', { publicPathPrefix: 'others' }, '/spec/publicPathPrefix'],
    ['registryOverride', { registryOverride: 'evil.example.com' }, '/spec/registryOverride'],
    ['gateway.image', { gateway: { enabled: true, image: 'evil' } }, '/spec/gateway/image'],
    ['gateway.upstreamURL', { gateway: { upstreamURL: 'http://evil' } }, '/spec/gateway/upstreamURL'],
    ['gateway.enabled', { gateway: { enabled: false } }, '/spec/gateway/enabled'],
    [
      'analytics.ingestURL',
      { gateway: { enabled: true }, analytics: { ingestURL: 'http://evil' } },
      '/spec/analytics/ingestURL',
    ],
    ['another team', { teamID: 'team-of-others' }, '/spec/teamID'],
    [
      'a secret of the platform',
      { envFromSecret: [{ name: 'A', secretKeyRef: { name: 'mcp-runtime-registry-pull', key: 'k' } }] },
      '/spec/envFromSecret/0',
    ],
  ])('leaves %s to administrators', async (_, change, pointer) => {
    await expect(publish({ spec: { ...spec, ...change } })).rejects.toMatchObject(
      refused(403, 'forbidden', { details: { issues: [expect.objectContaining({ pointer })] } }),
    )
    expect(await stored()).toBeUndefined()
    if (pointer !== '/spec/envFromSecret/0') await publish({ spec: { ...spec, ...change } }, 'admin')
  })

  it.each([
    ['no image', { spec: { tools: [] } }, '/spec/image'],
    ['what nobody knows', { spec: { ...spec, imgae: 'x' } }, '/spec/imgae'],
    [
      'a tool without its side effect',
      { spec: { ...spec, tools: [{ name: 'a' }] } },
      '/spec/tools/0/sideEffect',
    ],
    [
      'a label of the platform',
      { labels: { 'platform.mcpruntime.org/user-id': 'me' } },
      '/labels/platform.mcpruntime.org~1user-id',
    ],
    ['a label that is none', { labels: { 'a b': 'c' } }, '/labels/a b'],
    ['a name that is none', { name: 'a.b' }, '/name'],
    ['a scope that is not', { namespace: undefined, scope: 'org' }, '/scope'],
  ])('refuses %s, with its place', async (_, change, pointer) => {
    await expect(publish(change)).rejects.toMatchObject(
      refused(400, 'invalid_request_body', { details: { issues: [expect.objectContaining({ pointer })] } }),
    )
  })

  it('changes one that is there only when that is said, and by who may', async () => {
    await publish()
    await expect(publish()).rejects.toMatchObject(refused(409, 'conflict'))
    expect((await publish({ update: true, spec: { ...spec, imageTag: 'v2' } })).server.imageTag).toBe('v2')
    await publish({ update: true }, 'owner')
    await governed.server('of-owner', { publisher: 'owner' })
    await expect(publish({ name: 'of-owner', update: true })).rejects.toMatchObject(refused(403, 'forbidden'))
    expect((await stored())?.metadata.labels).toMatchObject({
      'platform.mcpruntime.org/user-id': idOfCaller('member'),
    })
  })

  it('lifts no kill switch, and takes nothing that administrators have set', async () => {
    await publish(
      {
        spec: {
          ...spec,
          disabled: true,
          ingressHost: 'mcp.example.com',
          gateway: { enabled: true, image: 'ours' },
          policy: { disabledTools: ['add'] },
        },
        labels: { tier: 'gold' },
      },
      'admin',
    )
    const { server } = await publish({ update: true }, 'owner')
    expect(server).toMatchObject({ disabled: true, disabledTools: ['add'], labels: { tier: 'gold' } })
    expect(server.spec).toMatchObject({
      ingressHost: 'mcp.example.com',
      gateway: { enabled: true, image: 'ours' },
    })
    expect(
      (await publish({ update: true, spec: { ...spec, disabled: false } }, 'owner')).server.disabled,
    ).toBe(false)
  })

  it('leaves the team of a server where nobody names one', async () => {
    const one = await begin({ mode: 'org' })
    const there = { namespace: 'mcp-servers-org', name: 'payments' }
    await one.server('payments', { ...there, publisher: 'user', spec: { teamID: 'team-1' } })
    const { server } = await publish({ ...there, update: true }, 'user', one)
    expect(server.team_id).toBe('team-1')
  })

  it('refuses another state than the one that was read', async () => {
    const { server } = await publish()
    await publish({ update: true, spec: { ...spec, imageTag: 'v2' } })
    await expect(publish({ update: true, resourceVersion: server.resourceVersion })).rejects.toMatchObject(
      refused(409, 'conflict'),
    )
  })

  it('lets nobody stand where another server is reached', async () => {
    await governed.server('payments', { namespace: blue })
    await expect(publish()).rejects.toMatchObject(
      refused(409, 'conflict', { message: expect.stringContaining('/payments/mcp') }),
    )
  })

  it('takes images of tenants from below their own name', async () => {
    const one = await begin({ registryHost: 'registry.example.com' })
    const of = (image: string) => publish({ spec: { ...spec, image } }, 'member', one)
    await expect(of('registry.example.com/blue/it')).rejects.toMatchObject(refused(403, 'forbidden'))
    await expect(of('registry.example.com/redder/it')).rejects.toMatchObject(refused(403, 'forbidden'))
    await of('registry.example.com/red/it')
  })

  it('bounds how many servers one person has, also of those published at once', async () => {
    const one = await begin({ activeServersMax: 2 })
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((name) => publish({ name }, 'member', one)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    await expect(publish({ name: 'e' }, 'member', one)).rejects.toMatchObject(
      refused(429, 'active_server_limit_reached', {
        details: { active_server_limit: 2, active_server_count: 2 },
      }),
    )
    await publish({ name: 'a', update: true }, 'member', one)
    expect((await one.as('member').servers.list()).publish_policy).toMatchObject({
      active_server_limit: 2,
      active_server_count: 2,
      active_server_limit_enabled: true,
      can_publish: false,
    })
    await one.as('member').servers.delete({ params: { namespace: red, name: 'a' } })
    await publish({ name: 'e' }, 'member', one)
    await publish({ name: 'f' }, 'owner', one)
  })

  it('lets some time pass between two publishes of one person', async () => {
    const one = await begin({ publishCooldownMs: 30_000 })
    await publish({}, 'member', one)
    one.wait(10_000)
    await expect(publish({ update: true }, 'member', one)).rejects.toMatchObject(
      refused(429, 'server_push_cooldown_active', {
        details: { next_allowed_at: '2026-06-01T08:00:30.000Z' },
        retryAfterS: 20,
      }),
    )
    expect((await one.as('member').servers.list()).publish_policy).toMatchObject({
      push_cooldown: '30s',
      push_cooldown_seconds: 30,
      push_cooldown_enabled: true,
      can_publish: false,
    })
    await publish({ name: 'b' }, 'owner', one)
    one.wait(20_000)
    await publish({ update: true }, 'member', one)
  })

  it.each([
    ['org', 'mcp-servers-org'],
    ['public', 'mcp-servers-public'],
  ] as const)('opens the catalogue of the mode %s to who is logged in', async (mode, namespace) => {
    const one = await begin({ mode })
    const { server } = await publish({ namespace: undefined, scope: mode }, 'user', one)
    expect([server.namespace, server.labels['mcpruntime.org/scope']]).toEqual([namespace, mode])
    await expect(publish({ namespace, update: true }, 'owner', one)).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
    await publish({ namespace, update: true }, 'user', one)
    await expect(publish({ namespace: 'mcp-servers' }, 'user', one)).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
  })
})

describe('servers.list', () => {
  const fill = async (one: Governed) => {
    await one.server('a')
    await one.server('b', { namespace: blue })
    await one.server('c', { namespace: 'mcp-servers' })
    await one.server('d', { namespace: 'mcp-servers-org' })
    await one.server('e', { namespace: 'mcp-servers-public' })
    await one.server('f', { namespace: 'elsewhere', publisher: 'user' })
  }
  const namesOf = async (one: Governed, caller: Key | undefined, query: object = {}) => {
    const client = caller === undefined ? clientOf(one.app) : one.as(caller)
    return (await client.servers.list({ query })).servers
      .map(({ name }) => name)
      .sort()
      .join('')
  }

  it.each([
    ['tenant', 'member', 'a'],
    ['tenant', 'otherOwner', 'b'],
    ['tenant', 'user', 'f'],
    ['tenant', 'serviceKey', ''],
    ['tenant', 'admin', 'abcdef'],
    ['org', 'member', 'ad'],
    ['org', 'user', 'df'],
    ['public', 'member', 'ae'],
    ['public', undefined, 'e'],
  ] as const)('in the mode %s shows %s %s', async (mode, caller, expected) => {
    const one = await begin({ mode })
    await fill(one)
    expect(await namesOf(one, caller)).toBe(expected)
  })

  it('shows the shared catalogue to who is logged in and asks for it', async () => {
    await fill(governed)
    expect(await namesOf(governed, 'user', { namespace: 'mcp-servers' })).toBe('c')
    expect(await namesOf(governed, 'user', { namespace: blue })).toBe('')
  })

  it.each(['tenant', 'org'] as const)('in the mode %s shows nothing to nobody', async (mode) => {
    const one = await begin({ mode })
    await expect(clientOf(one.app).servers.list()).rejects.toMatchObject(refused(401, 'unauthorized'))
  })

  it('keeps what is written into a server for who may change it', async () => {
    await publish()
    const specOf = async (caller: Key) => (await governed.as(caller).servers.list()).servers[0]?.spec
    await governed.server('other', { namespace: red, publisher: 'owner' })
    expect(await specOf('owner')).toBeDefined()
    const { servers } = await governed.as('member').servers.list()
    expect(servers.map(({ name, spec: whole }) => [name, whole === undefined])).toEqual([
      ['other', true],
      ['payments', false],
    ])
  })

  it('goes by page', async () => {
    for (const name of ['a', 'b', 'c']) await governed.server(name)
    const { servers, next_cursor } = await governed.as('owner').servers.list({ query: { limit: 2 } })
    expect([servers.length, next_cursor]).toEqual([2, `${red}/b`])
  })

  it('is refused where no store is', async () => {
    const without = await createGoverned({ resources: undefined })
    opened.push(without)
    await expect(without.as('admin').servers.list()).rejects.toMatchObject(
      refused(503, 'resources_unavailable'),
    )
  })
})

describe('servers.get', () => {
  it('is for the team, and for all where the catalogue is', async () => {
    await publish()
    await governed.server('shared', { namespace: 'mcp-servers' })
    expect((await governed.as('member').servers.get({ params })).server.name).toBe('payments')
    await expect(governed.as('otherOwner').servers.get({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
    await expect(clientOf(governed.app).servers.get({ params })).rejects.toMatchObject(
      refused(401, 'unauthorized'),
    )
    await governed.as('user').servers.get({ params: { namespace: 'mcp-servers', name: 'shared' } })
    await expect(
      governed.as('member').servers.get({ params: { ...params, name: 'nowhere' } }),
    ).rejects.toMatchObject(refused(404, 'not_found'))
  })

  it('in the mode public is for everybody, and tells strangers no variables', async () => {
    const one = await begin({ mode: 'public', mcpBaseUrl: 'https://mcp.example.com' })
    await publish({ namespace: 'mcp-servers-public' }, 'user', one)
    const open = { namespace: 'mcp-servers-public', name: 'payments' }
    const { server } = await clientOf(one.app).servers.get({ params: open })
    expect(server).not.toHaveProperty('spec')
    expect(server.access_json).toEqual({
      mcpServers: { payments: { type: 'http', url: 'https://mcp.example.com/payments/mcp' } },
    })
  })

  it('tells what its operator has to say', async () => {
    await publish({ spec: { ...spec, replicas: 2 } })
    const condition = {
      type: 'DeploymentReady',
      status: 'False' as const,
      reason: 'PartiallyReady',
      message: '1 of 2',
      lastTransitionTime: '2026-06-01T08:00:00Z',
    }
    await governed.store.writeStatus('MCPServer', key, {
      phase: 'PartiallyReady',
      message: 'one of two is ready',
      conditions: [condition],
    })
    expect((await governed.as('member').servers.get({ params })).server).toMatchObject({
      status: 'Degraded',
      ready: '0/2',
      message: 'one of two is ready',
      conditions: [condition],
    })
  })
})

describe('servers.delete', () => {
  it('retires a server, by who published it, its team’s owner or an administrator', async () => {
    await publish()
    await expect(governed.as('otherOwner').servers.delete({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
    await expect(
      governed.as('member').servers.delete({ params, query: { resourceVersion: 'sha256:0' } }),
    ).rejects.toMatchObject(refused(409, 'conflict'))
    expect(await governed.as('member').servers.delete({ params })).toEqual({ success: true, ...key })
    expect(governed.changes.at(-1)).toMatchObject({ action: 'server_retire', before: { image: spec.image } })
    await expect(governed.as('owner').servers.delete({ params })).rejects.toMatchObject(
      refused(404, 'not_found'),
    )
  })

  it('is not for another member', async () => {
    await governed.server('payments', { publisher: 'owner' })
    await expect(governed.as('member').servers.delete({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
  })
})

describe('servers.patch', () => {
  it('shuts the server, or tools of it, and opens them again', async () => {
    await publish({ spec: { ...spec, policy: { mode: 'observe' } } })
    const patch = (change: object) => governed.as('owner').servers.patch({ params, body: change })
    expect(await patch({ disabled: true })).toMatchObject({
      success: true,
      ...key,
      disabled: true,
      disabledTools: [],
    })
    expect(await patch({ disabledTools: ['add', 'sub*'] })).toMatchObject({
      disabled: true,
      disabledTools: ['add', 'sub*'],
      server: { policyMode: 'observe' },
    })
    expect(await patch({ disabled: false, disabledTools: [] })).toMatchObject({
      disabled: false,
      disabledTools: [],
    })
    expect(governed.changes.at(-1)).toMatchObject({
      action: 'server_switch',
      before: { disabled: true },
      after: { disabled: false },
    })
  })

  it('needs something to change, and somebody who may', async () => {
    await publish({}, 'owner')
    await expect(governed.as('owner').servers.patch({ params, body: {} })).rejects.toMatchObject(
      refused(400, 'invalid_request_body'),
    )
    await expect(
      governed.as('member').servers.patch({ params, body: { disabled: true } }),
    ).rejects.toMatchObject(refused(403, 'forbidden'))
  })
})
