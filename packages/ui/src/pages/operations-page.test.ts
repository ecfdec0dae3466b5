// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import OperationsPage from './OperationsPage.vue'

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const at = '2026-01-01T00:00:00Z'
const roleChange = {
  id: '7',
  email: 'ada@example.org',
  action: 'user_role',
  resource: 'user/u2',
  status: 'success',
  before: { email: 'grace@example.org', role: 'user' },
  after: { email: 'grace@example.org', role: 'admin' },
  created_at: at,
}
const grace = { id: 'u2', email: 'grace@example.org', role: 'user', created_at: at }

const start = async (address = '/operations', deleting = { status: 204, body: '' }) => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, { method }: { method: string }) => {
    asked.push(`${method} ${url.replace('/api', '')}`)
    if (method === 'DELETE') return new Response(deleting.body || null, { status: deleting.status })
    if (url.startsWith('/api/auth/me'))
      return Response.json({
        authenticated: true,
        sharedCatalogNamespace: 'mcp-servers',
        principal: {
          ...{ role: 'admin', subject: 'u1', auth_type: 'session' },
          ...{ allowedNamespaces: [], teams: [], scopes: [] },
        },
      })
    return Response.json({
      filters: { limit: 50 },
      users: [grace],
      audit_logs: [roleChange],
      images: [],
      deployments: [],
      unavailable: ['workloads'],
    })
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/operations', component: OperationsPage }],
  })
  await router.push(address)
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(OperationsPage))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, asked, router }
}
const press = async (says: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  found.click()
  await flushPromises()
}

test('an address with filters asks for what agrees with them', async () => {
  const { page, asked } = await start(
    '/operations?user=ada%40example.org&since=2026-01-01T00:00:00Z&limit=200',
  )
  expect(asked.find((one) => one.includes('/admin/operations'))).toBe(
    'GET /admin/operations?limit=200&user=ada%40example.org&since=2026-01-01T00%3A00%3A00Z',
  )
  page.unmount()
})

test('an entry opens with what it was and what it is, and nothing that stayed', async () => {
  const { page } = await start('/operations?entry=7')
  const drawer = document.querySelector('[role=dialog]')
  expect(drawer?.textContent).toContain('ada@example.org changed the role of a user')
  expect(drawer?.querySelector('del')?.textContent).toContain('user')
  expect(drawer?.querySelector('ins')?.textContent).toContain('admin')
  expect(drawer?.querySelectorAll('del, ins')).toHaveLength(2)
  page.unmount()
})

test('a user leads to what they did', async () => {
  const { page, router } = await start('/operations?tab=users')
  await press('grace@example.org')
  expect(router.currentRoute.value.fullPath).toBe('/operations?user=grace@example.org')
  page.unmount()
})

test('a user is removed after it is asked about; a refusal is told there', async () => {
  const { page, asked } = await start('/operations?tab=users', {
    status: 409,
    body: JSON.stringify({ error: 'last_admin', message: 'nobody could govern any more', request_id: '1' }),
  })
  await press('Remove grace@example.org')
  const dialog = document.querySelector('[role=alertdialog]')
  expect(dialog?.textContent).toContain('their keys are refused')
  await press('Remove user', dialog ?? document)
  expect(asked).toContain('DELETE /users/u2')
  expect(dialog?.querySelector('[role=alert]')?.textContent).toContain('nobody could govern any more')
  page.unmount()
})

test('deployments that could not be asked for are not said to be none', async () => {
  const { page } = await start('/operations?tab=deployments')
  expect(page.text()).toContain('Deployments could not be loaded')
  page.unmount()
})
