// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import AttentionPanel from './AttentionPanel.vue'

afterEach(() => vi.unstubAllGlobals())

const usage = {
  totals: {
    ...{ events: 0, allowed: 0, denied: 0, unique_servers: 0, unique_humans: 0, unique_agents: 0 },
    unique_sessions: 0,
  },
  ...{ servers: [], actors: [], tools: [], decisions: [], series: [], recent: [], refusals: [], latency: [] },
  ...{ names: {}, window_days: 2, filters: { namespaces: [], team_ids: [] } },
}
const me = {
  authenticated: true,
  sharedCatalogNamespace: 'mcp-servers',
  principal: { role: 'admin', allowedNamespaces: [], teams: [], auth_type: 'session', scopes: [] },
}
const none = { servers: [], visible: 2, looked_at: 2, asked: 2, truncated: false }
const show = async (answers: {
  /** Undefined: it is refused. */
  readonly attention: object | undefined
  readonly live?: object
}) => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    const path = url.replace(/^\/api/, '')
    if (path.startsWith('/auth/me')) return Response.json(me)
    if (path.startsWith('/analytics/usage')) return Response.json(usage)
    if (path.startsWith('/runtime/components')) return Response.json({ components: [] })
    if (answers.attention === undefined)
      return Response.json({ error: 'invalid_query_param', message: 'no', request_id: '1' }, { status: 400 })
    if (path.includes('live=true')) return Response.json({ ...none, ...(answers.live ?? answers.attention) })
    return Response.json({ ...none, ...answers.attention })
  })
  const nothing = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: nothing },
      { path: '/servers/:namespace/:name', name: 'server', component: nothing },
      { path: '/access', name: 'access', component: nothing },
      { path: '/platform', name: 'platform', component: nothing },
    ],
  })
  await router.push('/?ns=red')
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(AttentionPanel))),
    { global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, asked }
}

test('where all is well that is all that is said', async () => {
  const { page, asked } = await show({ attention: {} })
  expect(page.text()).toBe('What needs attention Nothing needs attention')
  expect(asked.filter((url) => url.includes('/runtime/attention'))).toEqual([
    '/api/runtime/attention?namespace=red',
    '/api/runtime/attention?namespace=red&live=true',
  ])
})

test('each thing is a sentence that leads to where it is mended; drift is told where servers were asked', async () => {
  const stale = { namespace: 'red', name: 'payments', policy: { state: 'stale', wanted: 'a', left_out: 0 } }
  const drift = { drift: { missing: [], ungoverned: ['pay'] }, drift_count: 1 }
  const { page } = await show({
    attention: { servers: [stale] },
    live: {
      servers: [
        { ...stale, ...drift },
        { namespace: 'red', name: 'other', ...drift, status: 'Degraded' },
      ],
    },
  })
  expect(page.findAll('li').map((line) => [line.get('p').text(), line.get('a').attributes('href')])).toEqual([
    ['payments still decides by an older policy.', '/servers/red/payments'],
    ['payments has drifted from what it declares: 1 tool. Nobody has declared pay', '/servers/red/payments'],
    ['other has drifted from what it declares: 1 tool. Nobody has declared pay', '/servers/red/other'],
  ])
})

test('what is not known is not called well', async () => {
  const { page } = await show({ attention: undefined })
  expect(page.text()).toContain('Nothing that is known of needs attention')
  expect(page.text()).toContain('nothing is known of the servers, nor of the tools')
})

test('many are not all shown at once', async () => {
  const servers = Array.from({ length: 9 }, (_, at) => ({
    namespace: 'red',
    name: `server-${at}`,
    status: 'NotReady',
  }))
  const { page } = await show({ attention: { servers, truncated: true } })
  expect(page.findAll('li')).toHaveLength(6)
  expect(page.text()).toContain('There are more servers with something amiss than are listed.')
  await page.get('button').trigger('click')
  expect(page.findAll('li')).toHaveLength(9)
})
