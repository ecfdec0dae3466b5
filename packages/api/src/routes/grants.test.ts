import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  blue,
  blueTeamId,
  createGoverned,
  type Governed,
  red,
  redTeamId,
} from '../contract-tests/governed.ts'

let governed: Governed
beforeEach(async () => {
  governed = await createGoverned()
  await governed.server('payments')
  await governed.server('others', { namespace: blue })
  await governed.server('catalogued', { namespace: 'mcp-servers', publisher: 'owner' })
})
afterEach(() => governed.close())

const body = {
  name: 'ops',
  namespace: red,
  serverRef: { name: 'payments' },
  subject: { agentID: 'ops-agent' },
  maxTrust: 'high',
  allowedSideEffects: ['read'],
} as const
const key = { namespace: red, name: 'ops' }
const params = key

/** A hand's edit is heard of, or found when the files are looked at now and then. */
const patience = { timeout: 15_000 }

const refused = (status: number, code: string, more: object = {}) => ({ status, code, ...more })

describe('grants.apply', () => {
  it('makes a grant that says all of itself, and is in force', async () => {
    const rules = [
      {
        name: 'add',
        decision: 'allow' as const,
        when: [{ pointer: '/a', op: 'lte', value: 500 }],
        record: { arguments: [{ pointer: '/a', as: 'digest' as const }], result: [{ pointer: '/content' }] },
      },
      { name: 'sub*', decision: 'deny' as const },
    ]
    const { grant } = await governed.as('owner').grants.apply({
      body: { ...body, toolRules: rules, policyVersion: 'v1', notAfter: '2030-01-01T00:00:00Z' },
    })
    expect(grant).toEqual({
      ...body,
      serverRef: { name: 'payments', namespace: red },
      subject: { agentID: 'ops-agent', teamID: redTeamId },
      disabled: false,
      policyVersion: 'v1',
      notAfter: '2030-01-01T00:00:00Z',
      toolRules: rules,
      resourceRules: [],
      promptRules: [],
      age: '0s',
      createdAt: '2026-06-01T08:00:00Z',
      resourceVersion: expect.any(String),
      conditions: [],
      inForce: { value: true, reason: 'Rendered', message: 'in force' },
    })
  })

  it.each([
    [
      'an unknown server',
      { serverRef: { name: 'nowhere' } },
      '/serverRef',
      /unknown serverRef: .*mcp-team-red\/nowhere/,
    ],
    [
      'a server of another namespace',
      { serverRef: { name: 'payments', namespace: blue } },
      '/serverRef/namespace',
      /is not mcp-team-red/,
    ],
    ['nobody', { subject: {} }, '/subject', /speaks of nobody/],
    ['nobody, said at length', { subject: { humanID: '', agentID: '' } }, '/subject', /speaks of nobody/],
    ['no side effect', { allowedSideEffects: [] }, '/allowedSideEffects', /names no side effect/],
    [
      'one side effect twice',
      { allowedSideEffects: ['read', 'read'] },
      '/allowedSideEffects',
      /more than once/,
    ],
    ['a member that nobody knows', { maxTrsut: 'high' }, '/maxTrsut', /not known/],
    ['a name that is none', { name: 'No Name' }, '/name', /small letters/],
    ['an instant that is none', { notBefore: 'tomorrow' }, '/notBefore', /no RFC 3339/],
    ['two rules of one name', { toolRules: [{ name: 'a' }, { name: 'a' }] }, '/toolRules/1/name', /./],
    [
      'a condition that is none',
      { toolRules: [{ name: 'a', when: [{ pointer: '/x', op: 'like', value: 1 }] }] },
      '/toolRules/0/when/0/op',
      /./,
    ],
    [
      'too many rules',
      { toolRules: Array.from({ length: 513 }, (_, n) => ({ name: `t${n}` })) },
      '/toolRules',
      /more than 512/,
    ],
  ])('refuses %s, with its place', async (_, change, pointer, message) => {
    await expect(
      governed.as('owner').grants.apply({ body: { ...body, ...change } as never }),
    ).rejects.toMatchObject(
      refused(400, 'invalid_request_body', {
        details: { issues: expect.arrayContaining([{ pointer, message: expect.stringMatching(message) }]) },
      }),
    )
    expect(await governed.store.get('MCPAccessGrant', key)).toBeUndefined()
  })

  it('refuses more than 64 KiB', async () => {
    const toolRules = [{ name: 'a', when: [{ pointer: 'x'.repeat(70_000), op: 'eq', value: 1 }] }]
    await expect(governed.as('owner').grants.apply({ body: { ...body, toolRules } })).rejects.toMatchObject(
      refused(413, 'too_large'),
    )
  })

  it.each([
    ['user', 403, 'forbidden'],
    ['member', 403, 'forbidden'],
    ['otherOwner', 403, 'forbidden'],
    ['serviceKey', 403, 'forbidden'],
    ['readKey', 403, 'scope_missing'],
  ] as const)('is nothing for %s', async (caller, status, code) => {
    await expect(governed.as(caller).grants.apply({ body })).rejects.toMatchObject(refused(status, code))
  })

  it('tells who may not the same of a server that is not there', async () => {
    for (const name of ['payments', 'nowhere'])
      await expect(
        governed.as('otherOwner').grants.apply({ body: { ...body, serverRef: { name } } }),
      ).rejects.toMatchObject(refused(403, 'forbidden'))
  })

  it('is for who published the server, without a team', async () => {
    await governed.server('mine', { namespace: 'mcp-servers-org', publisher: 'user' })
    const mine = { ...body, namespace: 'mcp-servers-org', serverRef: { name: 'mine' } }
    const { grant } = await governed.as('user').grants.apply({ body: mine })
    expect(grant.subject).toEqual({ agentID: 'ops-agent' })
    await expect(
      governed.as('user').grants.apply({ body: { ...mine, subject: { teamID: redTeamId } } }),
    ).rejects.toMatchObject(refused(403, 'forbidden', { message: expect.stringMatching(/no team has/) }))
  })

  it('leaves the shared catalogue to administrators', async () => {
    const shared = { ...body, namespace: 'mcp-servers', serverRef: { name: 'catalogued' } }
    await expect(governed.as('owner').grants.apply({ body: shared })).rejects.toMatchObject(
      refused(403, 'forbidden', {
        message: expect.stringMatching(/only administrators write to mcp-servers/),
      }),
    )
    await governed.as('admin').grants.apply({ body: shared })
  })

  it('takes the team of the server before that of the namespace, and keeps one that is given', async () => {
    await governed.server('teamed', { spec: { teamID: 'team-of-server' } })
    const teamed = { ...body, serverRef: { name: 'teamed' } }
    const { grant } = await governed.as('owner').grants.apply({ body: teamed })
    expect(grant.subject.teamID).toBe('team-of-server')
    const { grant: foreign } = await governed
      .as('owner')
      .grants.apply({ body: { ...teamed, name: 'foreign', subject: { teamID: blueTeamId } } })
    expect(foreign.subject).toEqual({ teamID: blueTeamId })
  })

  it('keeps what it does not name, and takes away what it names null', async () => {
    const owner = governed.as('owner')
    const more = {
      disabled: true,
      notBefore: '2026-01-01T00:00:00Z',
      toolRules: [{ name: 'add' }],
      resourceRules: [{ name: 'file:*' }],
    }
    await owner.grants.apply({ body: { ...body, ...more } })
    const { grant } = await owner.grants.apply({ body: { ...body, maxTrust: 'low' } })
    expect(grant).toMatchObject({ maxTrust: 'low', disabled: true, notBefore: more.notBefore })
    expect([grant.toolRules.length, grant.resourceRules.length]).toEqual([1, 1])
    const { grant: less } = await owner.grants.apply({ body: { ...body, notBefore: null, toolRules: null } })
    expect(less).not.toHaveProperty('notBefore')
    expect(less.toolRules).toEqual([])
  })

  it('refuses to speak of another server than before', async () => {
    await governed.server('second')
    await governed.as('owner').grants.apply({ body })
    await expect(
      governed.as('owner').grants.apply({ body: { ...body, serverRef: { name: 'second' } } }),
    ).rejects.toMatchObject(
      refused(400, 'invalid_request_body', { message: expect.stringMatching(/cannot be changed/) }),
    )
  })

  it('refuses a write to another state than the one that was read', async () => {
    const owner = governed.as('owner')
    const { grant } = await owner.grants.apply({ body })
    await owner.grants.apply({ body: { ...body, maxTrust: 'low' } })
    const stale = { ...body, resourceVersion: grant.resourceVersion ?? '' }
    await expect(owner.grants.apply({ body: stale })).rejects.toMatchObject(refused(409, 'conflict'))
    await expect(
      owner.grants.apply({ body: { ...body, name: 'new', resourceVersion: 'sha256:0' } }),
    ).rejects.toMatchObject(refused(409, 'conflict'))
  })

  it('takes every one of many writes at once that name no state', async () => {
    const owner = governed.as('owner')
    await Promise.all(
      ['low', 'medium', 'high'].map((maxTrust) =>
        owner.grants.apply({ body: { ...body, maxTrust } as never }),
      ),
    )
    expect(governed.changes).toHaveLength(3)
  })

  it('leaves alone what cannot be read', async () => {
    await governed.as('owner').grants.apply({ body })
    await writeFile(join(governed.folder, red, 'mcpaccessgrants', 'ops.yaml'), 'no: grant\n')
    await expect(governed.as('admin').grants.apply({ body })).rejects.toMatchObject(
      refused(409, 'unreadable'),
    )
    await vi.waitFor(async () => {
      const { grants, unreadable } = await governed.as('owner').grants.list()
      expect(grants).toEqual([])
      expect(unreadable).toMatchObject([
        { namespace: red, name: 'ops', faults: [expect.stringContaining('apiVersion')] },
      ])
    }, patience)
  })

  it('is written down with what was and what is', async () => {
    await governed.as('owner').grants.apply({ body })
    await governed.as('owner').grants.apply({ body: { ...body, maxTrust: 'low' } })
    expect(governed.changes).toMatchObject([
      { action: 'grant_apply', resource: `grant/${red}/ops`, namespace: red, after: { maxTrust: 'high' } },
      {
        action: 'grant_apply',
        requestId: expect.stringMatching(/./),
        userId: expect.stringMatching(/./),
        before: { maxTrust: 'high' },
        after: { maxTrust: 'low' },
      },
    ])
    expect(governed.changes[0]).not.toHaveProperty('before')
  })
})

describe('grants.list', () => {
  beforeEach(async () => {
    const admin = governed.as('admin')
    for (const name of ['a', 'a-b', 'b']) await admin.grants.apply({ body: { ...body, name } })
    await admin.grants.apply({ body: { ...body, namespace: blue, serverRef: { name: 'others' } } })
    await admin.grants.apply({
      body: { ...body, namespace: 'mcp-servers', serverRef: { name: 'catalogued' } },
    })
  })

  const all = [`${blue}/ops`, `${red}/a`, `${red}/a-b`, `${red}/b`, 'mcp-servers/ops'].sort()
  it.each([
    ['admin', all],
    ['adminKey', all],
    // Of a server that this person published, and their team's.
    ['owner', all.filter((one) => !one.startsWith(blue))],
    ['otherOwner', [`${blue}/ops`]],
    ['member', []],
    ['user', []],
    ['serviceKey', []],
  ] as const)('shows %s what they administer', async (caller, expected) => {
    const { grants } = await governed.as(caller).grants.list()
    expect(grants.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(expected)
  })

  it('goes by namespace, server and page', async () => {
    const admin = governed.as('admin')
    const names = async (query: object) => {
      const { grants, next_cursor } = await admin.grants.list({ query })
      return [grants.map(({ name }) => name), next_cursor]
    }
    expect(await names({ namespace: red })).toEqual([['a', 'a-b', 'b'], undefined])
    expect(await names({ server: 'others' })).toEqual([['ops'], undefined])
    expect(await names({ namespace: red, limit: 2 })).toEqual([['a', 'a-b'], `${red}/a-b`])
    expect(await names({ namespace: red, limit: 2, cursor: `${red}/a-b` })).toEqual([['b'], undefined])
    expect(await names({ namespace: red, limit: 3 })).toEqual([['a', 'a-b', 'b'], undefined])
  })

  it.each([{ limit: 0 }, { limit: 5001 }, { namespace: 'No' }, { what: 'ever' }])(
    'refuses %j',
    async (query) => {
      await expect(governed.as('admin').grants.list({ query: query as never })).rejects.toMatchObject(
        refused(400, 'invalid_query_param'),
      )
    },
  )

  it('is refused where no store is', async () => {
    const without = await createGoverned({ resources: undefined })
    await expect(without.as('admin').grants.list()).rejects.toMatchObject(
      refused(503, 'resources_unavailable'),
    )
    await without.close()
  })
})

describe('grants.get', () => {
  it.each([
    ['owner', undefined],
    ['admin', undefined],
    ['member', 'forbidden'],
    ['user', 'forbidden'],
    ['otherOwner', 'forbidden'],
  ] as const)('for %s', async (caller, code) => {
    await governed.as('admin').grants.apply({ body })
    const got = governed.as(caller).grants.get({ params })
    if (code === undefined) expect((await got).grant.name).toBe('ops')
    else await expect(got).rejects.toMatchObject(refused(403, code))
  })

  it('tells who may see it that it is not there, and nobody else', async () => {
    await expect(governed.as('owner').grants.get({ params })).rejects.toMatchObject(refused(404, 'not_found'))
    await expect(governed.as('otherOwner').grants.get({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
  })

  it.each([
    [{ disabled: true }, {}, 'Disabled'],
    [{ notBefore: '2026-06-01T08:00:01Z' }, {}, 'NotYetValid'],
    [{ notAfter: '2026-06-01T08:00:00Z' }, {}, 'NoLongerValid'],
    [{}, { disabled: true }, 'ServerDisabled'],
  ])('says why %j is not in force on a server with %j', async (change, spec, reason) => {
    await governed.as('admin').grants.apply({ body: { ...body, ...change } })
    await governed.store.patch('MCPServer', { namespace: red, name: 'payments' }, { spec })
    const { grant } = await governed.as('owner').grants.get({ params })
    expect(grant.inForce).toEqual({ value: false, reason, message: expect.stringMatching(/./) })
    const { grants } = await governed.as('owner').grants.list()
    expect(grants[0]?.inForce).toMatchObject({ value: false, reason })
  })

  it('says that its server is gone', async () => {
    await governed.as('admin').grants.apply({ body })
    await governed.store.delete('MCPServer', { namespace: red, name: 'payments' })
    expect((await governed.as('owner').grants.get({ params })).grant.inForce).toMatchObject({
      reason: 'ServerMissing',
    })
  })

  it('takes no name that leads elsewhere', async () => {
    const headers = { 'x-api-key': 'admin' }
    for (const name of ['..%2f..%2fetc', 'UPPER', 'a%00b']) {
      const answer = await governed.app.inject({ url: `/api/runtime/grants/${red}/${name}`, headers })
      expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_path_param'])
    }
  })
})

describe.each([
  [
    'grants.patch',
    (one: Governed) => one.as('owner').grants.patch({ params, body: { disabled: true } }),
    true,
  ],
  ['grants.disable', (one: Governed) => one.as('owner').grants.disable({ params }), true],
  ['grants.enable', (one: Governed) => one.as('owner').grants.enable({ params }), false],
] as const)('%s', (name, act, disabled) => {
  it('switches the grant, and nothing else of it', async () => {
    await governed
      .as('owner')
      .grants.apply({ body: { ...body, disabled: !disabled, toolRules: [{ name: 'add' }] } })
    expect(await act(governed)).toMatchObject({
      success: true,
      ...key,
      disabled,
      grant: { disabled, toolRules: [{ name: 'add' }], inForce: { value: !disabled } },
    })
    expect(governed.changes.at(-1)).toMatchObject({
      action: disabled ? 'grant_disable' : 'grant_enable',
      before: { disabled: !disabled },
      after: { disabled },
    })
  })

  it('is not for who does not administer the server, and not of what is not there', async () => {
    await expect(act(governed)).rejects.toMatchObject(refused(404, 'not_found'))
    const verb = name.split('.')[1] ?? ''
    const url = `/api/runtime/grants/${red}/ops${verb === 'patch' ? '' : `/${verb}`}`
    for (const caller of ['member', 'user', 'otherOwner']) {
      const answer = await governed.app.inject({
        method: verb === 'patch' ? 'PATCH' : 'POST',
        url,
        headers: { 'x-api-key': caller },
        ...(verb === 'patch' ? { payload: { disabled: true } } : {}),
      })
      expect(answer.json()).toMatchObject({ error: 'forbidden' })
    }
  })
})

it('grants.patch refuses another state than the one that was read', async () => {
  const owner = governed.as('owner')
  const { grant } = await owner.grants.apply({ body })
  await owner.grants.enable({ params })
  const resourceVersion = grant.resourceVersion ?? ''
  await owner.grants.apply({ body: { ...body, maxTrust: 'low' } })
  await expect(
    owner.grants.patch({ params, body: { disabled: true, resourceVersion } }),
  ).rejects.toMatchObject(refused(409, 'conflict'))
})

describe('grants.delete', () => {
  it('takes the grant away, once', async () => {
    const owner = governed.as('owner')
    await owner.grants.apply({ body })
    expect(await owner.grants.delete({ params })).toEqual({ success: true, ...key })
    await expect(owner.grants.delete({ params })).rejects.toMatchObject(refused(404, 'not_found'))
    expect(governed.changes.at(-1)).toMatchObject({ action: 'grant_delete', before: { maxTrust: 'high' } })
  })

  it('is not of another state, nor for others', async () => {
    await governed.as('owner').grants.apply({ body })
    await expect(
      governed.as('owner').grants.delete({ params, query: { resourceVersion: 'sha256:0' } }),
    ).rejects.toMatchObject(refused(409, 'conflict'))
    await expect(governed.as('otherOwner').grants.delete({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
  })
})
