// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import EventsPage from './EventsPage.vue'

let page: VueWrapper | undefined
beforeEach(() => localStorage.clear())
afterEach(() => {
  page?.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const event = (id: string, more: object = {}) => ({
  id,
  timestamp: '2026-06-01T00:00:00Z',
  received_at: '2026-06-01T00:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  decision: 'allow',
  tool_name: `tool-${id}`,
  agent_id: 'ops',
  ...more,
})
const listed = (events: readonly object[], cursor?: string) =>
  Response.json({
    events,
    meta: {
      limit: 100,
      has_more: cursor !== undefined,
      ...(cursor !== undefined && { next_cursor: cursor }),
    },
  })

const start = async (address: string, answer: (url: URL) => Response) => {
  const asked: URL[] = []
  vi.stubGlobal('fetch', async (given: string) => {
    const url = new URL(given, 'http://sentinel.test')
    asked.push(url)
    return answer(url)
  })
  // Rows are drawn where there is room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/events', name: 'events', component: EventsPage }],
  })
  await router.push(address)
  page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(EventsPage))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, router, asked }
}

const headings = (shown: VueWrapper) => shown.findAll('[role=columnheader]').map((head) => head.text())
const column = (shown: VueWrapper, title: string) => {
  const at = headings(shown).indexOf(title)
  return shown
    .findAll('.row')
    .map((row) => row.findAll('[role=gridcell]')[at]?.text())
    .filter((text) => text !== undefined)
}
const button = (name: string) => {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find(
    ({ textContent }) => textContent.trim() === name,
  )
  if (found === undefined) throw new Error(`there is no button ${name}`)
  return found
}
const openColumns = async () => {
  button('Columns').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await flushPromises()
}
const choice = (name: string) => {
  const found = [...document.querySelectorAll<HTMLElement>('[role^=menuitem]')].find(
    ({ textContent }) => textContent.trim() === name,
  )
  if (found === undefined) throw new Error(`there is no choice ${name}`)
  return found
}

test('a column is chosen and left out, kept for the next time, and set back', async () => {
  const { page: shown } = await start('/events?live=off', () => listed([event('1', { source: 'sidecar' })]))
  expect(headings(shown)).toEqual(['Decision', 'Tool', 'Agent', 'Human', 'Server', 'Reason', 'When'])
  await openColumns()
  expect(choice('Source').getAttribute('aria-checked')).toBe('false')
  choice('Source').click()
  choice('Human').click()
  await flushPromises()
  expect(headings(shown)).toEqual(['Decision', 'Tool', 'Agent', 'Server', 'Reason', 'Source', 'When'])
  expect(column(shown, 'Source')).toEqual(['sidecar'])
  shown.unmount()

  const { page: again } = await start('/events?live=off', () => listed([event('1')]))
  expect(headings(again)).not.toContain('Human')
  await openColumns()
  choice('Reset columns').click()
  await flushPromises()
  expect(headings(again)).toEqual(['Decision', 'Tool', 'Agent', 'Human', 'Server', 'Reason', 'When'])
  expect(localStorage.length).toBe(0)
})

test('sorting tells that only what is loaded is sorted, and stands in the address', async () => {
  const { page: shown, router } = await start('/events?live=off', (url) =>
    url.searchParams.get('cursor') === null
      ? listed([event('2'), event('3'), event('1')], 'older')
      : listed([event('0')]),
  )
  const titles = () => shown.findAll('h2').map((title) => title.text())
  expect(titles()).toContain('Newest first')
  button('Tool').click()
  await flushPromises()
  expect(column(shown, 'Tool')).toEqual(['tool-1', 'tool-2', 'tool-3'])
  expect(titles()).toContain('The newest 3 by tool')
  expect(router.currentRoute.value.query['sort']).toBe('tool_name')
  button('Load older events').click()
  await flushPromises()
  expect(column(shown, 'Tool')).toEqual(['tool-0', 'tool-1', 'tool-2', 'tool-3'])
  expect(titles()).toContain('All 4 by tool')
})

test('what comes in is not sorted, whatever the address says', async () => {
  const { page: shown } = await start('/events?sort=tool_name', () => {
    const lines = [event('1'), event('2')].map(
      (one) => `id: ${one.id}\nevent: event\ndata: ${JSON.stringify(one)}\n\n`,
    )
    return new Response(`${lines.join('')}event: live\ndata: {"backfilled":2}\n\n`)
  })
  await vi.waitFor(() => expect(column(shown, 'Tool')).toEqual(['tool-2', 'tool-1']))
  expect(shown.findAll('[role=columnheader] button')).toEqual([])
})

test('what comes while it is paused is counted, and what was dropped is told', async () => {
  const encoder = new TextEncoder()
  let send: (name: string, data: object) => void = () => {}
  const { page: shown } = await start(
    '/events',
    () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (stream) => {
            send = (name, data) =>
              stream.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
          },
        }),
      ),
  )
  const status = () => shown.get('[role=status]').text()
  expect(status()).toBe('Connecting')
  send('event', event('1'))
  send('live', { backfilled: 1 })
  await vi.waitFor(() => expect(column(shown, 'Tool')).toEqual(['tool-1']))
  expect(status()).toBe('Live')
  button('Pause').click()
  await flushPromises()
  for (const id of ['2', '3']) send('event', event(id))
  send('dropped', { count: 1200 })
  await vi.waitFor(() => expect(button('Show 2 new')).toBeDefined())
  expect(column(shown, 'Tool')).toEqual(['tool-1'])
  expect(status()).toBe('1,200 dropped Paused')
  button('Show 2 new').click()
  await flushPromises()
  expect(column(shown, 'Tool')).toEqual(['tool-3', 'tool-2', 'tool-1'])
})

test('a stream that breaks off is told to be asked for again', async () => {
  const { page: shown } = await start(
    '/events',
    () => new Response('event: live\ndata: {"backfilled":0}\n\n'),
  )
  await vi.waitFor(() => expect(shown.get('[role=status]').text()).toBe('Reconnecting'))
})

test('while a stream cannot be had it is said why, instead of that there are no events', async () => {
  let isAway = true
  const { page: shown } = await start('/events', () =>
    isAway
      ? Response.json({ error: 'analytics_unavailable', message: 'x', request_id: '1' }, { status: 503 })
      : new Response(
          `event: event\ndata: ${JSON.stringify(event('1'))}\n\nevent: live\ndata: {"backfilled":1}\n\n`,
        ),
  )
  await vi.waitFor(() => expect(shown.text()).toContain('The events could not be loaded'))
  expect(shown.text()).not.toContain('No events')
  isAway = false
  button('Try again').click()
  await vi.waitFor(() => expect(column(shown, 'Tool')[0]).toBe('tool-1'))
})

const drawer = () => document.querySelector('[role=dialog]')?.textContent ?? ''
const id = '0199a6c2-7b1e-7c55-9a3f-2f6f2b0f9a11'

test('an event that is not listed is opened by its id', async () => {
  const { asked } = await start(`/events?live=off&event=${id}`, (url) =>
    listed(url.searchParams.get('id') === id ? [event(id, { tool_name: 'refund' })] : [event('1')]),
  )
  await vi.waitFor(() => expect(drawer()).toContain('Allowed: refund.'))
  expect(asked.map(({ pathname }) => pathname)).toContain('/api/events/filter')
})

test('an event that is listed is not asked for', async () => {
  const { page: shown, router, asked } = await start('/events?live=off', () => listed([event('1')]))
  await shown.get('.row').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query['event']).toBe('1')
  await vi.waitFor(() => expect(drawer()).toContain('Allowed: tool-1.'))
  expect(asked.some(({ pathname }) => pathname === '/api/events/filter')).toBe(false)
})

test.each([id, '../../etc', 'nothing'])('that there is no event %s is said', async (wanted) => {
  await start(`/events?live=off&event=${encodeURIComponent(wanted)}`, (url) =>
    listed(url.searchParams.has('id') ? [] : [event('1')]),
  )
  await vi.waitFor(() => expect(drawer()).toContain('No event has this id'))
})

test('that an event could not be asked for is said', async () => {
  await start(`/events?live=off&event=${id}`, (url) =>
    url.searchParams.has('id')
      ? Response.json({ error: 'forbidden', message: 'only admins see it', request_id: '1' }, { status: 403 })
      : listed([event('1')]),
  )
  await vi.waitFor(() => expect(drawer()).toContain('You may not see the event'))
})

test('who comes back to the page sees what is new, but a list that they went back in stays as it is', async () => {
  const { asked } = await start('/events?live=off', (url) =>
    url.searchParams.get('cursor') === null ? listed([event('2')], 'older') : listed([event('1')]),
  )
  const comeBack = async () => {
    const before = asked.length
    window.dispatchEvent(new Event('visibilitychange'))
    await flushPromises()
    return asked.slice(before).filter(({ pathname }) => pathname === '/api/events').length
  }
  expect(await comeBack()).toBe(1)
  button('Load older events').click()
  await flushPromises()
  expect(await comeBack()).toBe(0)
})
