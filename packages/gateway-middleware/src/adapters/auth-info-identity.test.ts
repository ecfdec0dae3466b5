import { expect, test } from 'vitest'
import { exchangeOf, policyOf } from '../contract-tests/exchange.ts'
import { type AuthInfo, authInfoIdentity } from './auth-info-identity.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const seconds = now / 1000
const identify = authInfoIdentity(
  ({ clientId, extra }: AuthInfo) => ({ agent: clientId, human: extra?.['sub'] as string | undefined }),
  { clock: () => now },
)
const ask = async (auth: unknown) => identify(exchangeOf({ auth }), policyOf())
const info = { token: 't', clientId: 'ops-agent', scopes: [], extra: { sub: 'ada' } }

test.each<[string, unknown, object]>([
  ['nothing', undefined, { ok: true, caller: {} }],
  ['null', null, { ok: true, caller: {} }],
  ['somebody', info, { ok: true, caller: { agent: 'ops-agent', human: 'ada' } }],
  [
    'somebody for a while',
    { ...info, expiresAt: seconds + 60 },
    { ok: true, caller: { agent: 'ops-agent', human: 'ada' }, expiresAt: now + 60_000 },
  ],
  ['what is over', { ...info, expiresAt: seconds }, { ok: false, reason: 'invalid_token' }],
  ['what ends at no time', { ...info, expiresAt: Number.NaN }, { ok: false, reason: 'invalid_token' }],
  ['what ends in words', { ...info, expiresAt: 'later' }, { ok: false, reason: 'invalid_token' }],
  ['something else', { user: 'ada' }, { ok: false, reason: 'invalid_token' }],
  ['a text', 'ada', { ok: false, reason: 'invalid_token' }],
])('a framework that has authenticated %s', async (_, auth, expected) =>
  expect(await ask(auth)).toEqual(expected),
)
