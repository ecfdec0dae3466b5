// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import ServerPage from './ServerPage.vue'
import ServersPage from './ServersPage.vue'

let page: VueWrapper | undefined
afterEach(() => {
  page?.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const url = 'https://mcp.example.org/payments/mcp'
const server = {
  name: 'payments',
  namespace: 'red',
  image: 'registry/payments',
  ready: '1/1',
  status: 'Ready',
  labels: {},
  age: '3d',
  endpoint: url,
  access_json: { mcpServers: { payments: { type: 'http', url } } },
  authMode: 'header',
  servicePort: 80,
  tools: [
    { name: 'list', requiredTrust: 'low', sideEffect: 'read' },
    { name: 'refund', requiredTrust: 'high', sideEffect: 'destructive', riskLevel: 'high' },
  ],
  prompts: [],
  resources: [],
  tasks: [],
  disabled: false,
  disabledTools: ['ref*'],
  policyMode: 'allow-list',
  conditions: [],
  resourceVersion: '7',
}
const inventory = {
  liveInventory: {
    fetchedAt: '2026-06-01T00:00:00Z',
    protocolVersion: '2025-06-18',
    tools: [{ name: 'list' }, { name: 'drop' }],
    prompts: [],
    resources: [],
  },
  drift: [
    { name: 'list', status: 'declared' },
    { name: 'refund', status: 'missing' },
    { name: 'drop', status: 'ungoverned' },
  ],
}
const publish_policy = {
  active_server_limit: 5,
  active_server_count: 2,
  active_server_limit_enabled: true,
  can_publish: true,
  push_cooldown: '0s',
  push_cooldown_seconds: 0,
  push_cooldown_enabled: false,
}

const start = async (address: string, told: object = server) => {
  const asked: { readonly what: string; readonly body: unknown }[] = []
  const answers: Readonly<Record<string, object>> = {
    'GET /runtime/servers': { servers: [told], publish_policy, unreadable: [] },
    'GET /runtime/servers/red/payments': { server: told },
    'GET /runtime/servers/red/payments/inventory': inventory,
    'PATCH /runtime/servers/red/payments': {
      success: true,
      namespace: 'red',
      name: 'payments',
      disabled: true,
      disabledTools: [],
      server: told,
    },
    'DELETE /runtime/servers/red/payments': { success: true, namespace: 'red', name: 'payments' },
  }
  vi.stubGlobal('fetch', async (given: string, { method, body }: { method: string; body?: string }) => {
    const what = `${method} ${given.replace('/api', '').replace(/\?.*/, '')}`
    if (method !== 'GET') asked.push({ what, body: body === undefined ? undefined : JSON.parse(body) })
    return Response.json(answers[what] ?? { error: 'not_found', message: 'there is none', request_id: '1' }, {
      status: answers[what] === undefined ? 404 : 200,
    })
  })
  // Rows are drawn where there is room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/servers', name: 'servers', component: ServersPage },
      { path: '/servers/:namespace/:name', name: 'server', component: ServerPage, props: true },
      { path: '/access', name: 'access', component: { render: () => null } },
      { path: '/events', name: 'events', component: { render: () => null } },
    ],
  })
  await router.push(address)
  page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(RouterView))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { asked, router, page }
}
const press = async (says: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  found.click()
  await flushPromises()
}
const dialog = () => document.querySelector('[role=alertdialog]') ?? document.body

test('the catalogue is searched by tools too, and leads to a server', async () => {
  const { page, router } = await start('/servers?search=refund')
  expect(page.text()).toContain('2 of 5 published')
  await page.get('.row').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.path).toBe('/servers/red/payments')
})

test('tools say what they take and do, and how what is there differs from what was declared', async () => {
  const { page } = await start('/servers/red/payments')
  expect(page.text()).toContain(
    'Drifted: 1 declared that the server does not have, 1 that nobody has declared.',
  )
  const rows = page.findAll('tbody tr').map((row) => row.text().replace(/\s+/g, ' '))
  expect(rows[0]).toMatch(/^list.*low.*read.*there/)
  expect(rows[1]).toMatch(/^refund.*switched off by ref\*.*high.*destructive.*high.*missing/)
  expect(rows[2]).toMatch(/^drop.*undeclared/)
})

test('who may not change it has no switch', async () => {
  const { page } = await start('/servers/red/payments')
  expect(page.findAll('button').filter((one) => /switch|retire/i.test(one.text()))).toEqual([])
})

const own = { ...server, spec: {} }

test('the kill switch says what it does, and does it', async () => {
  const { asked } = await start('/servers/red/payments', own)
  await press('Switch server off')
  expect(dialog().textContent).toContain('every call to red/payments is refused, whoever makes it')
  await press('Switch server off', dialog())
  expect(asked).toEqual([{ what: 'PATCH /runtime/servers/red/payments', body: { disabled: true } }])
})

test('a tool that a pattern switches off is switched on with all of such a name', async () => {
  const { asked } = await start('/servers/red/payments', own)
  await press('Switch on refund')
  expect(dialog().textContent).toContain('switched off by ref*')
  await press('Switch tool on', dialog())
  expect(asked[0]?.body).toEqual({ disabledTools: [], resourceVersion: '7' })
})

test('a retired server is left', async () => {
  const { asked, router } = await start('/servers/red/payments', own)
  await press('Retire server')
  await press('Retire server', dialog())
  expect(asked.map(({ what }) => what)).toEqual(['DELETE /runtime/servers/red/payments'])
  expect(router.currentRoute.value.path).toBe('/servers')
})

test('what a client is told is copied', async () => {
  const copied: string[] = []
  vi.stubGlobal('navigator', {
    ...navigator,
    clipboard: {
      writeText: async (text: string) => {
        copied.push(text)
      },
    },
  })
  await start('/servers/red/payments')
  await press('Copy what Claude is told')
  expect(copied).toEqual([`claude mcp add --transport http payments ${url}`])
  expect(document.body.textContent).toContain('Copied')
})

test('a server that is not there is told so', async () => {
  const { page } = await start('/servers/red/gone')
  expect(page.text()).toContain('This server could not be loaded')
})
