// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import type { Command } from './commands.ts'
import SCommandPalette from './SCommandPalette.vue'

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const pages: readonly Command[] = [
  { key: 'overview', group: 'Pages', says: 'Overview', to: { name: 'overview' } },
  { key: 'keys', group: 'Pages', says: 'Keys', to: { name: 'keys' } },
]
const decision = '0199a6c2-7b1e-7c55-9a3f-2f6f2b0f9a11'

const start = async (role: 'admin' | 'user' = 'admin') => {
  vi.stubGlobal('fetch', async (url: string) =>
    url.startsWith('/api/auth/me')
      ? Response.json({
          authenticated: true,
          sharedCatalogNamespace: 'mcp-servers',
          principal: { role, allowedNamespaces: [], teams: [], auth_type: 'session', scopes: [] },
        })
      : url.startsWith('/api/runtime/teams')
        ? Response.json({
            teams: [
              {
                ...{ id: 't1', slug: 'red', name: 'Red', namespace: 'mcp-team-red' },
                created_at: '2026-01-01T00:00:00Z',
              },
            ],
          })
        : Response.json({ error: 'forbidden', message: 'no', request_id: '1' }, { status: 403 }),
  )
  const nothing = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'overview', component: nothing },
      { path: '/keys', name: 'keys', component: nothing },
      { path: '/events', name: 'events', component: nothing },
      { path: '/teams/:team', name: 'team', component: nothing },
    ],
  })
  await router.push('/')
  const open = ref(false)
  const page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () =>
          h(SCommandPalette, {
            pages,
            open: open.value,
            'onUpdate:open': (now: boolean) => {
              open.value = now
            },
          }),
        ),
    ),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, open, router }
}
const settled = async () => {
  await flushPromises()
  await new Promise((done) => setTimeout(done, 5))
  await flushPromises()
}
const shortcut = async (init: KeyboardEventInit = { ctrlKey: true }) => {
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', cancelable: true, ...init }))
  await settled()
}
const input = () => {
  const found = document.querySelector<HTMLInputElement>('[role=combobox]')
  if (!found) throw new Error('the palette is not open')
  return found
}
const type = async (text: string) => {
  input().value = text
  input().dispatchEvent(new Event('input'))
  await settled()
}
const press = async (key: string) => {
  input().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  await settled()
}
const options = () => [...document.querySelectorAll('[role=option] .says')].map((one) => one.textContent)

test.each([{ ctrlKey: true }, { metaKey: true }])(
  'it opens by %o and K, and goes by keys alone',
  async (keys) => {
    const { page, open, router } = await start()
    await shortcut(keys)
    expect(options()).toEqual(['Overview', 'Keys'])
    await press('ArrowDown')
    await press('Enter')
    expect([router.currentRoute.value.path, open.value]).toEqual(['/keys', false])
    page.unmount()
  },
)

test('what is typed finds what there is, and Enter takes the first', async () => {
  const { page, router } = await start()
  await shortcut()
  await type('red')
  expect(options()).toEqual(['Red'])
  expect(document.querySelector('[role=status]')?.textContent).toContain('could not be loaded')
  await press('Enter')
  expect(router.currentRoute.value.path).toBe('/teams/red')
  page.unmount()
})

test('the id of a decision leads an admin to its event, and nobody else', async () => {
  const admin = await start()
  await shortcut()
  await type(decision)
  await press('Enter')
  expect(admin.router.currentRoute.value.query).toEqual({ decision_id: decision, live: 'off' })
  admin.page.unmount()
  const user = await start('user')
  await shortcut()
  await type(decision)
  expect(options()).toEqual([])
  user.page.unmount()
})

test('it does not open over a dialog in which something may be half done', async () => {
  const { page, open } = await start()
  const other = document.createElement('div')
  other.setAttribute('role', 'dialog')
  document.body.append(other)
  await shortcut()
  expect(open.value).toBe(false)
  page.unmount()
})
