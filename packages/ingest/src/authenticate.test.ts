import { type Authentication, type Bearer, createApiKeys } from '@mcp-sentinel/identity'
import { describe, expect, test } from 'vitest'
import { createAuthenticate } from './authenticate.ts'

const key = 'a-key-that-nobody-guesses'
const apiKeys = createApiKeys([key])
const bearerOf = (authentications: Readonly<Record<string, Authentication>>): Bearer => ({
  authenticate: async (token = '') => authentications[token] ?? invalid,
})
const invalid: Authentication = { ok: false, code: 'invalid_credential', message: 'no' }
const unavailable: Authentication = { ok: false, code: 'provider_unavailable', message: 'away' }
const server: Authentication = {
  ok: true,
  principal: { kind: 'server', keyId: 's', binding: { namespace: 'a', server: 'b' } },
}
const nothing = { apiKey: undefined, authorization: undefined }
const token = (text: string) => ({ apiKey: undefined, authorization: `Bearer ${text}` })

describe('with keys and tokens', () => {
  const authenticate = createAuthenticate({
    apiKeys,
    bearers: [bearerOf({ mine: server }), bearerOf({ later: unavailable, theirs: server })],
  })

  test.each([
    ['a known key', { ...nothing, apiKey: key }, { ok: true }],
    ['a token that the first verifies', token('mine'), { ok: true }],
    ['a token that the second verifies', token('theirs'), { ok: true }],
    ['nothing', nothing, { code: 'missing_credential' }],
    ['an unknown key', { ...nothing, apiKey: 'another-key-altogether' }, { code: 'invalid_credential' }],
    ['an unknown token', token('nobody'), { code: 'invalid_credential' }],
    ['a token whose issuer is away', token('later'), { code: 'provider_unavailable' }],
    ['another scheme', { ...nothing, authorization: 'Basic abc' }, { code: 'invalid_credential' }],
    [
      'an unknown key beside a good token',
      { ...token('mine'), apiKey: 'another-key-altogether' },
      { ok: false },
    ],
  ])('%s', async (_, credentials, expected) => {
    expect(await authenticate(credentials)).toMatchObject(expected)
  })
})

describe('where nobody has to be anybody', () => {
  test('whatever is presented proves nothing and is taken, if there is nothing to prove it by', async () => {
    const open = createAuthenticate({ allowAnonymous: true })
    for (const credentials of [nothing, { ...nothing, apiKey: 'x' }, token('x')])
      expect(await open(credentials)).toMatchObject({ ok: true, principal: { kind: 'anonymous', keyId: '' } })
  })

  test('who presents something proves it, if there are keys', async () => {
    const mixed = createAuthenticate({ apiKeys, allowAnonymous: true })
    expect(await mixed(nothing)).toMatchObject({ principal: { kind: 'anonymous' } })
    expect(await mixed({ ...nothing, apiKey: 'another-key-altogether' })).toMatchObject({ ok: false })
    expect(await mixed(token('x'))).toMatchObject({ ok: false, code: 'invalid_credential' })
  })

  test('nobody is anybody by default', async () => {
    expect(await createAuthenticate({})(nothing)).toMatchObject({ ok: false })
  })
})
