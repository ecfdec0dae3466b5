import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { part, signedBy, startProviderWorld } from './contract-tests/provider-world.ts'

/** From the dashboard to the provider, back, and to the API: only who goes from one to the next is no browser. */
let world: Awaited<ReturnType<typeof startProviderWorld>>
beforeAll(async () => {
  world = await startProviderWorld({ redirectUrl: 'https://dashboard.example.org/auth/oidc/callback' })
}, 60_000)
afterAll(() => world?.close())
beforeEach(() => {
  Object.assign(world.provider.says, world.provider.honest)
})

const headers = { host: 'dashboard.example.org', 'x-forwarded-proto': 'https' }
const cookiesOf = (answer: { readonly headers: { readonly 'set-cookie'?: string[] | string | undefined } }) =>
  [answer.headers['set-cookie'] ?? []].flat()

/** To the provider and back. */
const signIn = async () => {
  const { dashboard } = world
  const begun = await dashboard.inject({ url: '/auth/oidc/start?to=/access', headers })
  const cookie = cookiesOf(begun).map((one) => one.split(';', 1)[0])
  const sent = await fetch(String(begun.headers.location), { redirect: 'manual' })
  const { pathname, search } = new URL(sent.headers.get('location') ?? '')
  const back = await dashboard.inject({
    url: `${pathname}${search}`,
    headers: { ...headers, cookie: cookie.join('; ') },
  })
  const session = cookiesOf(back).find((one) => one.startsWith('__Host-mcp_session='))
  return { to: String(back.headers.location), session }
}
const whoHas = async (session: string | undefined) =>
  (
    await world.dashboard.inject({
      url: '/api/auth/me',
      headers: { ...headers, cookie: session?.split(';', 1)[0] },
    })
  ).json()

test('whom the provider vouches for has a session, and the page they wanted', async () => {
  const { to, session } = await signIn()
  expect(to).toBe('/access')
  expect(session).toMatch(/; HttpOnly; SameSite=Strict; .*Secure/)
  expect(await whoHas(session)).toMatchObject({
    principal: { email: 'ada@example.org', role: 'user', auth_type: 'session' },
  })
  // The second time they are the same.
  const again = await whoHas((await signIn()).session)
  expect(again.principal.subject).toBe((await whoHas(session)).principal.subject)
})

test('whom the API has as an administrator of the provider is one', async () => {
  world.provider.says.claims = { sub: 'grace', email: 'grace@example.org' }
  expect((await whoHas((await signIn()).session)).principal.role).toBe('admin')
})

const another = generateKeyPairSync('ed25519').privateKey
const past = Math.floor(Date.now() / 1000) - 600
type Said = (typeof world)['provider']['says']
test.each<[string, Partial<Said>, string]>([
  [
    'is not signed at all',
    { token: (claims) => `${part({ alg: 'none' })}.${part(claims)}.` },
    'token_refused',
  ],
  ['says that it is not signed', { token: signedBy(another, { alg: 'none' }) }, 'token_refused'],
  ['is signed by somebody else', { token: signedBy(another) }, 'token_refused'],
  [
    'was changed after it was signed',
    {
      token: (claims) =>
        world.provider.honest.token({ ...claims, sub: 'eve' }).replace(/\.[^.]+\./, `.${part(claims)}.`),
    },
    'token_refused',
  ],
  ['is over', { claims: { iat: past - 300, exp: past } }, 'token_refused'],
  ['never ends', { claims: { exp: undefined } }, 'token_refused'],
  ['is not yet', { claims: { nbf: past + 1200 } }, 'token_refused'],
  ['is for another audience', { claims: { aud: 'somebody else' } }, 'token_refused'],
  ['is of another issuer', { claims: { iss: 'https://evil.example' } }, 'provider_mismatch'],
  ['is of another sign-in', { claims: { nonce: 'of another sign-in' } }, 'token_refused'],
  ['names nobody', { claims: { sub: undefined } }, 'token_refused'],
  [
    'has an e-mail address that nobody verified',
    { claims: { sub: 'eve', email_verified: false } },
    'email_unverified',
  ],
  [
    'does not say whether it was verified',
    { claims: { sub: 'eve', email_verified: undefined } },
    'email_unverified',
  ],
])('a token that %s lets nobody in', async (_, forged, code) => {
  Object.assign(world.provider.says, forged)
  expect(await signIn()).toEqual({ to: `/sign-in?error=${code}&to=%2Faccess`, session: undefined })
})
