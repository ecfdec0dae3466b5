// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import AccessPage from './AccessPage.vue'
import KeysPage from './KeysPage.vue'
import OperationsPage from './OperationsPage.vue'
import PlatformPage from './PlatformPage.vue'
import ServerPage from './ServerPage.vue'
import TeamPage from './TeamPage.vue'

let page: VueWrapper | undefined
afterEach(() => {
  page?.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const at = '2026-01-01T00:00:00Z'
const governed = {
  namespace: 'red',
  serverRef: { name: 'payments', namespace: 'red' },
  subject: { agentID: 'ops-agent' },
  age: '3d',
  conditions: [],
  inForce: { value: true, reason: 'Rendered', message: 'in force' },
}
const grant = {
  ...governed,
  name: 'ops',
  maxTrust: 'low',
  allowedSideEffects: ['read'],
  disabled: false,
  toolRules: [],
  resourceRules: [],
  promptRules: [],
}
const url = 'https://mcp.example.org/payments/mcp'
const server = {
  name: 'payments',
  namespace: 'red',
  spec: {},
  image: 'registry/payments',
  ready: '1/1',
  status: 'Ready',
  labels: {},
  age: '3d',
  endpoint: url,
  access_json: { mcpServers: { payments: { type: 'http', url } } },
  authMode: 'header',
  servicePort: 80,
  tools: [{ name: 'refund', requiredTrust: 'high', sideEffect: 'destructive' }],
  prompts: [],
  resources: [],
  tasks: [],
  disabled: false,
  disabledTools: [],
  policyMode: 'allow-list',
  conditions: [],
}
const key = { id: 'k1', name: 'laptop', prefix: 'mcpu_abc', scopes: [], created_at: at, revoked: false }
const part = { namespace: 'mcp', kind: 'Process', status: 'Ready', ready: '1/1', message: '' }
const namespace = 'mcp-team-red'
const answers: Readonly<Record<string, object>> = {
  '/auth/me': {
    authenticated: true,
    sharedCatalogNamespace: 'mcp-servers',
    principal: {
      ...{ role: 'admin', subject: 'u1', auth_type: 'session' },
      ...{ allowedNamespaces: [], teams: [], scopes: [] },
    },
  },
  '/runtime/grants': { grants: [grant], unreadable: [] },
  '/runtime/sessions': {
    sessions: [{ ...governed, name: 'sess-1', consentedTrust: 'low', revoked: false }],
    unreadable: [],
  },
  '/runtime/servers/red/payments': { server },
  '/user/api-keys': { keys: [key] },
  '/user/registry-credentials': { credentials: [{ ...key, id: 'c1', name: 'builder' }] },
  '/runtime/teams/red': { team: { id: 't1', slug: 'red', name: 'Red', namespace, created_at: at } },
  '/runtime/teams/red/members': {
    members: [
      { userID: 'u1', email: 'ada@example.org', role: 'owner' },
      { userID: 'u2', email: 'grace@example.org', role: 'owner' },
    ],
  },
  '/admin/namespaces': { namespaces: [{ namespace, is_shared: false, exists: true }], unavailable: [] },
  '/admin/operations': {
    filters: { limit: 50 },
    users: [{ id: 'u2', email: 'grace@example.org', role: 'admin', created_at: at }],
    audit_logs: [],
    images: [],
    deployments: [
      { name: 'worker', namespace, replicas: 2, ready: 2, image: 'worker:1', labels: {}, created_at: at },
    ],
    unavailable: [],
  },
  '/runtime/components': {
    components: [
      { ...part, key: 'api', display: 'API', resource: 'api' },
      { ...part, key: 'ingest', display: 'Ingest', resource: 'ingest' },
    ],
  },
}

const start = async (address: string) => {
  const sent: string[] = []
  vi.stubGlobal('fetch', async (given: string, { method }: { method: string }) => {
    const path = given.replace('/api', '').replace(/\?.*/, '')
    if (method !== 'GET') sent.push(`${method} ${path}`)
    const answer = method === 'GET' ? answers[path] : undefined
    return Response.json(answer ?? { error: 'not_found', message: 'there is none', request_id: '1' }, {
      status: answer === undefined ? 404 : 200,
    })
  })
  // Rows are drawn where there is room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/access', name: 'access', component: AccessPage },
      { path: '/servers/:namespace/:name', name: 'server', component: ServerPage, props: true },
      { path: '/servers', name: 'servers', component: { render: () => null } },
      { path: '/events', name: 'events', component: { render: () => null } },
      { path: '/keys', component: KeysPage },
      { path: '/teams/:slug', component: TeamPage, props: true },
      { path: '/operations', component: OperationsPage },
      { path: '/platform', component: PlatformPage },
    ],
  })
  await router.push(address)
  page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(RouterView))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  await vi.waitFor(() => expect(document.querySelector('[aria-label="Loading"]')).toBeNull())
  return sent
}
const buttonIn = (says: string, within: ParentNode) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  return found
}

const [of, ofUsers] = ['/servers/red/payments', '/operations?tab=users']
test.each([
  ['/access?grant=red/ops', 'Disable grant', 'Disable grant ops?', 'PATCH /runtime/grants/red/ops'],
  ['/access?grant=red/ops', 'Delete grant', 'Delete grant ops?', 'DELETE /runtime/grants/red/ops'],
  [
    '/access?view=sessions&session=red/sess-1',
    'Revoke session',
    'Revoke session sess-1?',
    'PATCH /runtime/sessions/red/sess-1',
  ],
  [
    '/access?view=sessions&session=red/sess-1',
    'Delete session',
    'Delete session sess-1?',
    'DELETE /runtime/sessions/red/sess-1',
  ],
  [of, 'Switch server off', 'Switch payments off?', 'PATCH /runtime/servers/red/payments'],
  [of, 'Switch off refund', 'Switch refund off?', 'PATCH /runtime/servers/red/payments'],
  [of, 'Retire server', 'Retire server payments?', 'DELETE /runtime/servers/red/payments'],
  ['/keys', 'Revoke laptop', 'Revoke API key laptop?', 'DELETE /user/api-keys/k1'],
  ['/keys', 'Revoke builder', 'Revoke registry credential builder?', 'DELETE /user/registry-credentials/c1'],
  [
    '/teams/red',
    'Make member: grace@example.org',
    'Make grace@example.org a member?',
    'PUT /runtime/teams/red/members/u2',
  ],
  [
    '/teams/red',
    'Remove grace@example.org',
    'Remove grace@example.org from Red?',
    'DELETE /runtime/teams/red/members/u2',
  ],
  ['/teams/red', 'Provision namespace again', 'Provision mcp-team-red?', 'POST /runtime/teams/red/namespace'],
  [ofUsers, 'Withdraw admin: grace@example.org', 'Withdraw admin from grace@example.org?', 'PATCH /users/u2'],
  [ofUsers, 'Remove grace@example.org', 'Remove grace@example.org?', 'DELETE /users/u2'],
  [
    '/operations?tab=deployments',
    'End worker',
    'End deployment worker?',
    'DELETE /deployments/mcp-team-red/worker',
  ],
  ['/platform', 'Restart API', 'Restart API?', 'POST /runtime/actions/restart'],
  ['/platform', 'Restart all', 'Restart all 2 components?', 'POST /runtime/actions/restart'],
])('on %s, "%s" asks "%s" and only then sends %s', async (address, button, title, request) => {
  const sent = await start(address)
  const ask = async () => {
    buttonIn(button, document).click()
    await flushPromises()
    const dialog = document.querySelector('[role=alertdialog]')
    if (dialog === null) throw new Error('nothing was asked')
    return dialog
  }
  const dialog = await ask()
  expect(dialog.querySelector('h2')?.textContent).toBe(title)
  // What it does is said in more than a question, and the button that does it says what it does.
  expect(dialog.querySelector('.text')?.textContent?.trim().length).toBeGreaterThan(30)
  expect(document.activeElement?.textContent?.trim()).toBe('Cancel')
  buttonIn('Cancel', dialog).click()
  await flushPromises()
  expect([document.querySelector('[role=alertdialog]'), sent]).toEqual([null, []])

  const again = await ask()
  const [cancel, act] = again.querySelectorAll('button')
  expect(cancel?.textContent?.trim()).toBe('Cancel')
  expect(act?.textContent?.trim().split(' ').length).toBeGreaterThan(1)
  act?.click()
  await flushPromises()
  expect(sent).toEqual([request])
  // Here the API refuses: why stands where it was asked.
  expect(again.querySelector('[role=alert]')?.textContent).toBe('there is none')
})
