// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import KeysPage from './KeysPage.vue'

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const laptop = {
  id: 'uk_1',
  name: 'laptop',
  prefix: 'mcpu_abc',
  scopes: ['read'],
  created_at: '2026-01-01T00:00:00Z',
  revoked: false,
}

const api = (answers: Readonly<Record<string, { readonly status?: number; readonly body: object }>>) => {
  const asked: { readonly what: string; readonly body: unknown }[] = []
  vi.stubGlobal('fetch', async (url: string, { method, body }: { method: string; body?: string }) => {
    const what = `${method} ${url.replace('/api', '')}`
    if (method !== 'GET') asked.push({ what, body: body === undefined ? undefined : JSON.parse(body) })
    const answer = answers[what]
    return answer === undefined
      ? Response.json({ error: 'not_found', message: 'there is none', request_id: '1' }, { status: 404 })
      : Response.json(answer.body, { status: answer.status ?? 200 })
  })
  return asked
}

const me = (subject?: string) => ({
  body: {
    authenticated: true,
    sharedCatalogNamespace: 'mcp-servers',
    principal: {
      role: 'user',
      ...(subject && { subject }),
      allowedNamespaces: [],
      teams: [],
      auth_type: 'session',
      scopes: [],
    },
  },
})
const lists = {
  'GET /auth/me': me('1'),
  'GET /user/api-keys': { body: { keys: [laptop] } },
  'GET /user/registry-credentials': { body: { credentials: [] } },
}

const show = async () => {
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(KeysPage))),
    { attachTo: document.body },
  )
  await flushPromises()
  return page
}
const button = (says: string) => {
  const found = [...document.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  return found
}
const press = async (says: string) => {
  button(says).click()
  await flushPromises()
}

test('a new key is shown once, with how it is narrowed sent, and gone with the dialog', async () => {
  const asked = api({
    ...lists,
    'POST /user/api-keys': {
      body: {
        key: { ...laptop, id: 'uk_2', name: 'ci' },
        api_key: 'mcpu_secret',
        one_time_key: 'mcpu_secret',
      },
    },
  })
  const page = await show()
  await press('Create API key')
  const dialog = document.querySelector('[role=dialog]')
  const name = dialog?.querySelector<HTMLInputElement>('input:not([type=checkbox])')
  if (!name) throw new Error('there is no name')
  name.value = 'ci'
  name.dispatchEvent(new Event('input'))
  dialog?.querySelector<HTMLInputElement>('input[value=govern]')?.click()
  await flushPromises()
  dialog?.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(asked[0]).toMatchObject({ body: { name: 'ci', scopes: ['govern'] } })
  const shown = document.querySelector('[role=dialog]')?.textContent
  expect(shown).toContain('mcpu_secret')
  expect(shown).toContain('shown this once and never again')
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined })
  await press('Copy API key')
  expect(document.querySelector('[role=dialog] [role=status]')?.textContent).toContain('copy it yourself')
  await press('I have stored it')
  expect(document.body.textContent).not.toContain('mcpu_secret')
  page.unmount()
})

test('a refusal leaves what was typed', async () => {
  api({
    ...lists,
    'POST /user/api-keys': {
      status: 409,
      body: { error: 'keys_too_many', message: 'a user has at most 50 of them; revoke one', request_id: '1' },
    },
  })
  const page = await show()
  await press('Create API key')
  const name = document.querySelector<HTMLInputElement>('[role=dialog] input:not([type=checkbox])')
  if (!name) throw new Error('there is no name')
  name.value = 'ci'
  name.dispatchEvent(new Event('input'))
  document.querySelector('[role=dialog] form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(document.querySelector('[role=alert]')?.textContent).toContain('at most 50')
  expect(name.value).toBe('ci')
  page.unmount()
})

test('a key is revoked after it is asked about, by its name', async () => {
  const asked = api({
    ...lists,
    'DELETE /user/api-keys/uk_1': {
      body: { key: { ...laptop, revoked: true, revoked_at: '2026-02-01T00:00:00Z' } },
    },
  })
  const page = await show()
  await press('Revoke laptop')
  expect(document.querySelector('[role=alertdialog]')?.textContent).toContain('Revoke API key laptop?')
  expect(asked).toEqual([])
  await press('Revoke API key')
  expect(asked).toEqual([{ what: 'DELETE /user/api-keys/uk_1', body: undefined }])
  page.unmount()
})

test('who is no person is told why there are no keys', async () => {
  api({ ...lists, 'GET /auth/me': me() })
  const page = await show()
  expect(page.text()).toContain('Keys belong to people')
  page.unmount()
})
