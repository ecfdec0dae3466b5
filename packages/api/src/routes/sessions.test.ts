import { apiVersion } from '@mcp-sentinel/resources'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blue, createGoverned, type Governed, red, redTeamId } from '../contract-tests/governed.ts'

let governed: Governed
beforeEach(async () => {
  governed = await createGoverned()
  await governed.server('payments')
  await governed.server('others', { namespace: blue })
})
afterEach(() => governed.close())

const key = { namespace: red, name: 'sess-1' }
const params = key
const body = {
  ...key,
  serverRef: { name: 'payments' },
  subject: { humanID: 'user-123', agentID: 'ops-agent' },
  consentedTrust: 'medium',
  expiresAt: '2026-06-01T09:00:00Z',
} as const
const refused = (status: number, code: string, more: object = {}) => ({ status, code, ...more })
const apply = (more: object = {}) => governed.as('admin').sessions.apply({ body: { ...body, ...more } })

describe('sessions.apply', () => {
  it('makes a session that says all of itself', async () => {
    const upstreamTokenSecretRef = { name: 'payments-token', key: 'access-token' }
    const { session } = await apply({ upstreamTokenSecretRef, policyVersion: 'v1' })
    expect(session).toEqual({
      ...body,
      serverRef: { name: 'payments', namespace: red },
      subject: { ...body.subject },
      revoked: false,
      policyVersion: 'v1',
      upstreamTokenSecretRef,
      age: '0s',
      createdAt: '2026-06-01T08:00:00Z',
      resourceVersion: expect.any(String),
      conditions: [],
      inForce: { value: true, reason: 'Rendered', message: 'in force' },
    })
  })

  it.each(['owner', 'member', 'user', 'otherOwner', 'serviceKey', 'readKey'] as const)(
    'is nothing for %s',
    async (caller) => {
      await expect(governed.as(caller).sessions.apply({ body })).rejects.toMatchObject(
        refused(403, 'forbidden'),
      )
    },
  )

  it('keeps what it does not name: the revocation, the token, the age', async () => {
    const upstreamTokenSecretRef = { name: 'payments-token', key: 'access-token' }
    await apply({ upstreamTokenSecretRef, revoked: true, issuedAt: '2026-06-01T07:00:00Z' })
    const { session } = await apply({ consentedTrust: 'high' })
    expect(session).toMatchObject({
      consentedTrust: 'high',
      revoked: true,
      upstreamTokenSecretRef,
      issuedAt: '2026-06-01T07:00:00Z',
      inForce: { value: false, reason: 'Revoked' },
    })
    const { session: lifted } = await apply({ revoked: false, upstreamTokenSecretRef: null })
    expect(lifted.revoked).toBe(false)
    expect(lifted).not.toHaveProperty('upstreamTokenSecretRef')
  })

  it.each([
    ['an unknown server', { serverRef: { name: 'nowhere' } }, '/serverRef'],
    ['nobody', { subject: {} }, '/subject'],
    ['half a secret', { upstreamTokenSecretRef: { name: 'a' } }, '/upstreamTokenSecretRef/key'],
    ['an end that is none', { expiresAt: '1h' }, '/expiresAt'],
    ['what nobody knows', { trust: 'high' }, '/trust'],
  ])('refuses %s, with its place', async (_, change, pointer) => {
    await expect(apply(change)).rejects.toMatchObject(
      refused(400, 'invalid_request_body', { details: { issues: [expect.objectContaining({ pointer })] } }),
    )
  })

  it('refuses a write to another state than the one that was read', async () => {
    const { session } = await apply()
    await apply({ consentedTrust: 'low' })
    await expect(apply({ resourceVersion: session.resourceVersion })).rejects.toMatchObject(
      refused(409, 'conflict'),
    )
  })

  it('is written down', async () => {
    await apply()
    expect(governed.changes).toMatchObject([{ action: 'session_apply', resource: `session/${red}/sess-1` }])
  })
})

describe('sessions.list', () => {
  it.each([
    ['admin', ['others-1', 'sess-1']],
    ['owner', ['sess-1']],
    ['otherOwner', ['others-1']],
    ['member', []],
    ['user', []],
  ] as const)('shows %s those of servers that they administer', async (caller, expected) => {
    await apply()
    await apply({ name: 'others-1', namespace: blue, serverRef: { name: 'others' } })
    const { sessions } = await governed.as(caller).sessions.list()
    expect(sessions.map(({ name }) => name)).toEqual(expected)
  })

  it('says which are over', async () => {
    await apply()
    governed.wait(3_600_000)
    expect((await governed.as('owner').sessions.list()).sessions).toMatchObject([
      { age: '1h', inForce: { value: false, reason: 'Expired' } },
    ])
  })

  it('says of each what the policy makes of it', async () => {
    await apply({ name: 'timeless', expiresAt: null })
    await governed.server('young', { spec: { session: { maxLifetime: '1h' } } })
    await governed.store.apply({
      apiVersion,
      kind: 'MCPAgentSession',
      metadata: { name: 'odd', namespace: red },
      spec: { serverRef: { name: 'young' }, subject: { agentID: 'a' }, issuedAt: '2026-06-01T07:30:00Z' },
    })
    governed.wait(30 * 60_000)
    expect((await governed.as('owner').sessions.list()).sessions).toMatchObject([
      { name: 'odd', inForce: { value: false, reason: 'Ended' } },
      { name: 'timeless', inForce: { value: true } },
    ])
  })

  it('is refused where no store is', async () => {
    const without = await createGoverned({ resources: undefined })
    await expect(without.as('admin').sessions.list()).rejects.toMatchObject(
      refused(503, 'resources_unavailable'),
    )
    await without.close()
  })
})

describe('sessions.get', () => {
  it('is for who administers the server', async () => {
    await apply()
    expect((await governed.as('owner').sessions.get({ params })).session.name).toBe('sess-1')
    for (const caller of ['member', 'user', 'otherOwner'] as const)
      await expect(governed.as(caller).sessions.get({ params })).rejects.toMatchObject(
        refused(403, 'forbidden'),
      )
  })

  it('knows how long the server lets sessions live', async () => {
    await governed.server('short', { spec: { session: { maxLifetime: '10m' } } })
    await apply({ serverRef: { name: 'short' }, expiresAt: null })
    governed.wait(2 * 3_600_000)
    expect((await governed.as('owner').sessions.get({ params })).session.inForce).toMatchObject({
      value: false,
      reason: 'Ended',
    })
  })

  it('says that there is none', async () => {
    await expect(governed.as('owner').sessions.get({ params })).rejects.toMatchObject(
      refused(404, 'not_found'),
    )
  })
})

describe.each([
  [
    'sessions.patch',
    (one: Governed) => one.as('owner').sessions.patch({ params, body: { revoked: true } }),
    true,
  ],
  ['sessions.revoke', (one: Governed) => one.as('owner').sessions.revoke({ params }), true],
  ['sessions.unrevoke', (one: Governed) => one.as('owner').sessions.unrevoke({ params }), false],
] as const)('%s', (name, act, revoked) => {
  it('switches the session, and writes it down', async () => {
    await apply({ revoked: !revoked })
    expect(await act(governed)).toMatchObject({ success: true, ...key, revoked, session: { revoked } })
    expect(governed.changes.at(-1)).toMatchObject({
      action: revoked ? 'session_revoke' : 'session_unrevoke',
      before: { revoked: !revoked },
      after: { revoked },
    })
  })

  it('is not for who does not administer the server', async () => {
    await apply({ revoked: !revoked })
    const isPatch = name === 'sessions.patch'
    const answer = await governed.app.inject({
      method: isPatch ? 'PATCH' : 'POST',
      url: `/api/v1/runtime/sessions/${red}/sess-1${isPatch ? '' : `/${name.split('.')[1]}`}`,
      headers: { 'x-api-key': 'member' },
      ...(isPatch ? { payload: { revoked } } : {}),
    })
    expect(answer.json()).toMatchObject({ error: 'forbidden' })
    expect((await governed.store.get('MCPAgentSession', key))?.spec.revoked).toBe(!revoked)
  })
})

describe('sessions.delete', () => {
  it('takes the session away', async () => {
    await apply()
    expect(await governed.as('owner').sessions.delete({ params })).toEqual({ success: true, ...key })
    await expect(governed.as('owner').sessions.delete({ params })).rejects.toMatchObject(
      refused(404, 'not_found'),
    )
  })

  it('is not for others', async () => {
    await apply()
    await expect(governed.as('member').sessions.delete({ params })).rejects.toMatchObject(
      refused(403, 'forbidden'),
    )
  })
})

it('keeps a foreign team in a session, too', async () => {
  const { session } = await apply({ subject: { teamID: redTeamId } })
  expect(session.subject).toEqual({ teamID: redTeamId })
})
