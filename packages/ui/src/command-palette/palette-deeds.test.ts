// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import { type Command, meansDeed } from './commands.ts'
import SCommandPalette from './SCommandPalette.vue'

let page: VueWrapper | undefined
const leave = () => {
  page?.unmount()
  document.body.replaceChildren()
}
afterEach(() => {
  leave()
  vi.unstubAllGlobals()
  sessionStorage.clear()
})

test.each([
  ['revoke', true],
  [' REV ops', true],
  ['disable grant billing', true],
  ['switch', true],
  ['re', false],
  ['revocable', false],
  ['ops revoke', false],
  ['', false],
])('%o is to do something: %s', (typed, is) => expect(meansDeed(typed)).toBe(is))

const pages: readonly Command[] = [
  { key: 'overview', group: 'Pages', says: 'Overview', to: { name: 'overview' } },
]
const governed = {
  ...{ namespace: 'red', serverRef: { name: 'payments', namespace: 'red' }, age: '3d', conditions: [] },
  ...{ subject: { agentID: 'ops-agent' }, inForce: { value: true, reason: 'Rendered', message: 'in force' } },
}
const session = { ...governed, name: 'sess-1', consentedTrust: 'medium', revoked: false }
const grant = {
  ...{ ...governed, name: 'billing', maxTrust: 'low', allowedSideEffects: ['read'], disabled: false },
  ...{ toolRules: [], resourceRules: [], promptRules: [] },
}

const start = async (subject = 'ada') => {
  const asked: { readonly what: string; readonly body: unknown }[] = []
  const answers: Readonly<Record<string, object>> = {
    'GET /api/auth/me': {
      authenticated: true,
      sharedCatalogNamespace: 'mcp-servers',
      principal: {
        ...{ role: 'admin', subject, allowedNamespaces: [], teams: [], auth_type: 'session', scopes: [] },
      },
    },
    'GET /api/runtime/sessions': { sessions: [session], unreadable: [] },
    'GET /api/runtime/grants': { grants: [grant], unreadable: [] },
    'GET /api/runtime/teams': {
      teams: [{ id: 't', slug: 'red', name: 'Red', namespace: 'red', created_at: '2026-01-01T00:00:00Z' }],
    },
    'PATCH /api/runtime/sessions/red/sess-1': {
      ...{ success: true, namespace: 'red', name: 'sess-1', revoked: true },
      session: { ...session, revoked: true },
    },
  }
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const what = `${method} ${url.split('?', 1)[0]}`
    asked.push({ what, body: body === undefined ? undefined : JSON.parse(String(body)) })
    const answer = answers[what]
    return answer === undefined
      ? Response.json({ error: 'forbidden', message: 'no', request_id: '1' }, { status: 403 })
      : Response.json(answer)
  })
  const nothing = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'overview', component: nothing },
      { path: '/access', name: 'access', component: nothing },
      { path: '/teams/:team', name: 'team', component: nothing },
    ],
  })
  await router.push('/')
  const open = ref(false)
  page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () => [
          h('input', { id: 'elsewhere' }),
          h(SCommandPalette, {
            pages,
            open: open.value,
            'onUpdate:open': (now: boolean) => {
              open.value = now
            },
          }),
        ]),
    ),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { router, asked }
}
const settled = async () => {
  await flushPromises()
  await new Promise((done) => setTimeout(done, 5))
  await flushPromises()
}
const press = async (key: string, on: EventTarget = document.body, init: KeyboardEventInit = {}) => {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
  await settled()
}
const find = (selector: string) => {
  const found = document.querySelector<HTMLInputElement>(selector)
  if (!found) throw new Error(`there is no ${selector}`)
  return found
}
const openAndType = async (text: string) => {
  await press('k', document.body, { ctrlKey: true })
  const input = find('[role=combobox]')
  input.value = text
  input.dispatchEvent(new Event('input'))
  await settled()
  return input
}
const options = () => [...document.querySelectorAll('[role=option] .says')].map((one) => one.textContent)

test('what is to be done is asked about, by its own words, and done when that is confirmed', async () => {
  const { asked } = await start()
  const input = await openAndType('revoke sess')
  expect(options()[0]).toBe('Revoke session sess-1')
  await press('Enter', input)
  expect(find('[role=alertdialog]').textContent).toContain('Revoke session sess-1?')
  expect(asked.some(({ what }) => what.startsWith('PATCH'))).toBe(false)
  const confirm = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Revoke session')
  confirm?.click()
  await settled()
  expect(asked.filter(({ what }) => what.startsWith('PATCH'))).toEqual([
    { what: 'PATCH /api/runtime/sessions/red/sess-1', body: { revoked: true } },
  ])
  expect(document.querySelector('[role=alertdialog]')).toBeNull()
})

test('grants and sessions are disabled by whatever word one has for it, and only when one asks for that', async () => {
  await start()
  await openAndType('disable')
  expect(options().toSorted()).toEqual(['Disable grant billing', 'Revoke session sess-1'])
  await press('Escape', find('[role=combobox]'))
  await openAndType('billing')
  expect(options()).toEqual(['billing'])
})

test('where one went to last is offered first, and to nobody else', async () => {
  const ada = await start()
  await press('Enter', await openAndType('red'))
  expect(ada.router.currentRoute.value.path).toBe('/teams/red')
  await press('k', document.body, { ctrlKey: true })
  expect(options()).toEqual(['Red', 'Overview'])
  leave()

  await start()
  await press('k', document.body, { ctrlKey: true })
  expect(options()).toEqual(['Red', 'Overview'])
  leave()

  await start('grace')
  await press('k', document.body, { ctrlKey: true })
  expect(options()).toEqual(['Overview'])
})

test('what somebody else has written down is not taken for a place', async () => {
  sessionStorage.setItem('mcp-sentinel.recent.ada', '[{"key":"x"},null,7]')
  await start()
  await press('k', document.body, { ctrlKey: true })
  expect(options()).toEqual(['Overview'])
})

test('a question mark tells the keys, but not to who types one', async () => {
  await start()
  await press('?', find('#elsewhere'))
  expect(document.querySelector('[role=dialog]')).toBeNull()
  await press('?')
  expect(find('[role=dialog]').textContent).toContain('Go anywhere')
  // Nothing opens over it.
  await press('k', document.body, { ctrlKey: true })
  expect(document.querySelector('[role=combobox]')).toBeNull()
})
