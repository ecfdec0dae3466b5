// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import DecisionDetails from './DecisionDetails.vue'
import EventsTable from './EventsTable.vue'
import { eventColumns } from './event-columns.ts'
import type { SentinelEvent } from './event-record.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const event = (more: object): SentinelEvent => ({
  timestamp: '2026-06-01T11:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  id: '1',
  received_at: '2026-06-01T11:00:00Z',
  ...more,
})
const traceUrl = 'https://traces.example/{traceId}'
const within = (shown: () => ReturnType<typeof h>) =>
  mount(defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api', traceUrl } }, shown)))
const details = (more: object) => within(() => h(DecisionDetails, { event: event(more), now }))
const row = (more: object) =>
  within(() => h(EventsTable, { events: [event(more)], now, columns: eventColumns }))

const markup = '<img src=x onerror="alert(1)"><script>alert(2)</' + 'script>'
const hostile = {
  markup: { tool_name: markup, human_id: markup, server: markup, reason: markup, decision: markup },
  directions: {
    tool_name: 'invoice\u202efdp.exe',
    human_id: '\u2066ada',
    agent_id: 'a\u200bda',
    decision: 'deny',
  },
  'ten thousand characters': {
    tool_name: 'x'.repeat(10_000),
    human_id: 'y'.repeat(10_000),
    reason: 'z'.repeat(10_000),
    trace_id: 'a'.repeat(10_000),
    decision: 'w'.repeat(10_000),
    payload: { matched_grant: 'g'.repeat(10_000), decision_id: 'd'.repeat(10_000) },
  },
  'nothing at all': { tool_name: '', human_id: '', agent_id: '', server: '', reason: '', decision: '' },
  'another kind of everything': {
    decision: 'allow',
    payload: { latency_ms: 'soon', status: {}, would_be: 1, required_trust: 7, effective_trust: null },
  },
  'a payload that is no object': { decision: 'deny', payload: ['x'] },
} as const

test.each(Object.entries(hostile))('%s is shown as text, in a row and whole', (_, more) => {
  for (const shown of [row(more), details(more)]) {
    expect(shown.findAll('img, script')).toEqual([])
    // Our own marks that keep names from right to left apart are none of these.
    expect(shown.text().replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\u200b\u202a-\u202e\u2066\u2067]/u)
    expect(shown.text().length).toBeLessThan(9_000)
  }
})

test('what hides in a name is told', () => {
  expect(details(hostile.directions).text()).toContain('invoice‹U+202E›fdp.exe')
  expect(row(hostile.directions).text()).toContain('invoice‹U+202E›fdp.exe')
})

test('what another decided is told in its word, and is no verdict of ours', () => {
  const more = { decision: 'escalate', reason: 'needs_review', tool_name: 'migrate' }
  expect(details(more).get('.verdict').text()).toBe('escalate')
  expect(details(more).text()).toContain('gateway decided “escalate” on migrate: needs review.')
  expect(row(more).get('.verdict').text()).toBe('escalate')
  expect(row({}).get('.verdict').text()).toBe('Undecided')
})

const trustOf = (payload: object) =>
  details({ decision: 'deny', payload })
    .findAll('dl')[0]
    ?.findAll('dt, dd')
    .map((one) => one.text() + (one.find('.missing').exists() ? ' (missing)' : ''))

test('trust is told as far as it was recorded', () => {
  expect(
    trustOf({
      required_trust: 'high',
      admin_trust: 'high',
      consented_trust: 'medium',
      effective_trust: 'medium',
    }),
  ).toEqual([
    'Required',
    'high',
    'Grant gives',
    'high',
    'Session consents',
    'medium (missing)',
    'Effective',
    'medium (missing)',
  ])
  // A server that asks for no session has none to consent.
  expect(trustOf({ required_trust: 'low', admin_trust: 'high', effective_trust: 'high' })).toEqual([
    'Required',
    'low',
    'Grant gives',
    'high',
    'Effective',
    'high',
  ])
  expect(trustOf({ required_trust: 'ultra', effective_trust: 'low' })).toEqual([
    'Required',
    'ultra',
    'Effective',
    'low',
  ])
})

test('JSON is there for who opens it, with all of it to be seen', async () => {
  const shown = details({ tool_name: 'a\u202eb', payload: { arguments: { amount: 7 } } })
  expect(shown.find('pre').exists()).toBe(false)
  const json = shown.get('details')
  ;(json.element as HTMLDetailsElement).open = true
  await json.trigger('toggle')
  expect(shown.get('pre').text()).toContain('"tool_name": "a\\u202eb"')
})

test('a trace is looked at where somebody said', () => {
  const link = details({ trace_id: 'a/b' }).get('a')
  expect(link.text()).toBe('Open trace')
  expect(link.attributes()).toMatchObject({
    href: 'https://traces.example/a%2Fb',
    rel: 'noopener noreferrer',
  })
  expect(details({}).find('a').exists()).toBe(false)
})
