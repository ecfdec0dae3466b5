// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import SignInPage from './SignInPage.vue'

afterEach(() => vi.unstubAllGlobals())

const answering = (status: number, body: object, headers = {}) => {
  const asked: { readonly url: string; readonly body: unknown }[] = []
  vi.stubGlobal('fetch', async (url: string, { body: sent }: { readonly body: string }) => {
    asked.push({ url, body: JSON.parse(sent) })
    return Response.json(body, { status, headers })
  })
  return asked
}

const show = (given: object = {}) => {
  let entered = 0
  const page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () =>
          h(SignInPage, {
            ...given,
            onSignedIn: () => {
              entered += 1
            },
          }),
        ),
    ),
  )
  return { page, entered: () => entered }
}

const principal = {
  role: 'admin',
  allowedNamespaces: [],
  teams: [],
  auth_type: 'session',
  scopes: [],
}
const signedIn = {
  authenticated: true,
  sharedCatalogNamespace: 'mcp-servers',
  principal,
  expires_at: '2026-01-01T00:00:00Z',
}

test('an e-mail address and its password begin a session', async () => {
  const asked = answering(201, signedIn)
  const { page, entered } = show()
  await page.get('input[type=email]').setValue('ada@example.org')
  await page.get('input[type=password]').setValue('correct horse')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(asked).toEqual([
    { url: '/api/auth/session', body: { email: 'ada@example.org', password: 'correct horse' } },
  ])
  expect(entered()).toBe(1)
})

test('a key does too', async () => {
  const asked = answering(201, signedIn)
  const { page, entered } = show()
  await page.findAll('[role=tab]')[1]?.trigger('click')
  await page.get('input').setValue('mcpu_key')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(asked[0]?.body).toEqual({ api_key: 'mcpu_key' })
  expect(entered()).toBe(1)
})

test.each([
  [401, 'credentials_invalid', {}, 'The e-mail address or the password is wrong.'],
  [
    429,
    'too_many_requests',
    { 'retry-after': '15' },
    'Too many attempts. Try again in 15 seconds. Until then nothing is looked at, not even the right password.',
  ],
])('a refusal with %i is told, and nothing typed is lost', async (status, error, headers, told) => {
  answering(status, { error, message: 'no', request_id: '1' }, headers)
  const { page, entered } = show()
  await page.get('input[type=email]').setValue('ada@example.org')
  await page.get('input[type=password]').setValue('wrong')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.get('[role=alert]').text()).toBe(told)
  expect(page.get<HTMLInputElement>('input[type=email]').element.value).toBe('ada@example.org')
  expect(entered()).toBe(0)
})

test('whom one may sign in with is offered first, and why that came to nothing is told until one tries again', async () => {
  answering(401, { error: 'unauthorized', message: 'no', request_id: '1' })
  const { page } = show({
    provider: { name: 'Example', href: '/auth/oidc/start?to=%2Fevents' },
    failed: { code: 'access_denied', says: 'Example says no.' },
  })
  const link = page.get('a')
  expect([link.text(), link.attributes('href')]).toEqual([
    'Sign in with Example',
    '/auth/oidc/start?to=%2Fevents',
  ])
  expect(page.get('[role=alert]').text()).toBe('Example says no. access_denied')
  await page.findAll('[role=tab]')[1]?.trigger('click')
  expect(page.find('[role=alert]').exists()).toBe(false)
  await page.get('input').setValue('mcpu_key')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.get('[role=alert]').text()).toContain('This key opens nothing here.')
})

test('without one, none is offered', () => expect(show().page.find('a').exists()).toBe(false))
