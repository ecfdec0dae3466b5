// @vitest-environment happy-dom
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import EventSteps from '../events/EventSteps.vue'
import { emptyGrant, type GrantDraft } from '../grants/grant-draft.ts'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import DraftEffect from './DraftEffect.vue'

afterEach(() => vi.unstubAllGlobals())

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'red' },
  session: { required: true },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', required_trust: 'high', side_effect: 'destructive' },
  ],
  grants: [
    {
      name: 'ops',
      namespace: 'red',
      agent_id: 'ops-agent',
      max_trust: 'high',
      allowed_side_effects: ['destructive'],
    },
  ],
  sessions: [
    { name: 'sess', namespace: 'red', human_id: 'ada', agent_id: 'ops-agent', consented_trust: 'medium' },
  ],
}

const show = async (render: () => ReturnType<typeof h>, status = 200) => {
  vi.stubGlobal('fetch', async () =>
    status === 200
      ? Response.json({
          ...document,
          revision: 'sha256:1',
          json: JSON.stringify(document),
          source: 'configmap/red/payments-gateway-policy',
          findings: [],
          endedSessions: 0,
        })
      : Response.json({ error: 'forbidden', message: 'no', request_id: '1' }, { status }),
  )
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/access', name: 'access', component: { render: () => null } }],
  })
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, render)),
    { global: { plugins: [router] } },
  )
  await flushPromises()
  return page
}
const effectOf = (draft: Partial<GrantDraft>) =>
  show(() => h(DraftEffect, { now, draft: { ...emptyGrant, server: 'red/payments', name: 'new', ...draft } }))

test('what a draft would change is told for whom it speaks of, with the session that they have', async () => {
  const page = await effectOf({ agentID: 'ops-agent' })
  const text = page.text().replace(/\s+/g, ' ')
  expect(text).toContain('For ada · ops-agent:')
  expect(text).toMatch(/list *may not be used *→ *may be used/)
  expect(text).not.toContain('refund may')
})

test('who has no session gains nothing where one is asked for', async () => {
  expect((await effectOf({ agentID: 'eve' })).text()).toContain('eve has none that holds')
})

test('a draft for nobody changes nothing yet', async () => {
  expect((await effectOf({})).text()).toContain('Name somebody')
})

const event = {
  timestamp: '2026-06-01T11:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  id: '1',
  received_at: '2026-06-01T11:00:00Z',
  namespace: 'red',
  server: 'payments',
  human_id: 'ada',
  agent_id: 'ops-agent',
  session_id: 'sess',
  tool_name: 'refund',
  decision: 'deny',
  reason: 'trust_too_low',
}

test('a refusal is explained check by check, and leads to the form that mends it', async () => {
  const page = await show(() => h(EventSteps, { event, now }))
  expect(page.get('.failed').text()).toContain('refund needs high trust; the session consents to medium.')
  const link = page.findAll('a').find((one) => one.text().includes('Draft'))
  expect(decodeURIComponent(link?.attributes('href') ?? '')).toContain(
    'edit-session=red/sess&draft={"consentedTrust":"high"}',
  )
})

test('that a policy decides otherwise now is told', async () => {
  const page = await show(() => h(EventSteps, { event: { ...event, decision: 'allow' }, now }))
  expect(page.text()).toContain('The policy of now would refuse it.')
})

test('who may not see the policy sees the decision without its checks', async () => {
  const page = await show(() => h(EventSteps, { event, now }), 403)
  expect(page.text()).toContain('the policy of payments could not be read')
})
