// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { type Component, computed, defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import SNamespaceSwitcher from './SNamespaceSwitcher.vue'
import SWindowPicker from './SWindowPicker.vue'
import { countedWindows } from './span.ts'
import { useInNamespace } from './use-scope.ts'
import { useUsageScope } from './use-usage-scope.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const show = async (component: Component, props: object, at = '/') => {
  vi.stubGlobal('fetch', async () =>
    Response.json({
      namespaces: ['mcp-team-red', 'mcp-servers'].map((namespace) => ({ namespace, is_shared: false })),
    }),
  )
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { render: () => null } }],
  })
  await router.push(at)
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(component, props))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, router, query: () => router.currentRoute.value.query }
}
const options = (page: Awaited<ReturnType<typeof show>>['page']) =>
  page.findAll('option').map((option) => option.text())

test('one chooses of the namespaces that one may read, and the address keeps it', async () => {
  const { page, query } = await show(SNamespaceSwitcher, {}, '/?event=1')
  expect(options(page)).toEqual(['All namespaces', 'mcp-servers', 'mcp-team-red'])
  await page.get('select').setValue('mcp-team-red')
  await flushPromises()
  expect(query()).toEqual({ event: '1', ns: 'mcp-team-red' })
  await page.get('select').setValue('')
  await flushPromises()
  expect(query()).toEqual({ event: '1' })
})

test('one that an address names is shown, also where nobody is told of it', async () => {
  const { page } = await show(SNamespaceSwitcher, {}, '/?ns=mcp-team-blue')
  expect(page.get('select').element.value).toBe('mcp-team-blue')
})

test('a page of no namespace says so', async () => {
  const { page } = await show(SNamespaceSwitcher, { isOff: true }, '/?ns=mcp-team-red')
  expect(page.text()).toBe('Not by namespace')
  expect(page.find('select').exists()).toBe(false)
})

test('a time is chosen of those that a page can look at, and the address keeps it', async () => {
  const { page, query } = await show(
    SWindowPicker,
    { fallback: '24h', windows: countedWindows },
    '/?since=2026-06-01T00:00:00Z&ns=red',
  )
  expect(page.get('select').element.value).toBe('between')
  await page.get('select').setValue('7d')
  await flushPromises()
  expect(query()).toEqual({ ns: 'red', window: '7d' })
  expect(options(page)).not.toContain('Last hour')
  expect(options(page)).not.toContain('All time')
})

test('a page that looks at all time can be brought back to that', async () => {
  const { page, query } = await show(SWindowPicker, { fallback: 'all' }, '/?window=1h')
  expect(options(page)).toEqual(expect.arrayContaining(['All time', 'Last hour']))
  await page.get('select').setValue('all')
  await flushPromises()
  expect(query()).toEqual({})
})

test('two times are asked for, and have to follow each other', async () => {
  const { page, query } = await show(SWindowPicker, { fallback: '24h' })
  await page.get('select').setValue('ask')
  // It is loaded when it is first asked for.
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).not.toBeNull(), 10_000)
  // Nothing is chosen yet.
  expect(page.get('select').element.value).toBe('24h')
  const inputs = [...document.querySelectorAll<HTMLInputElement>('[role=dialog] input')]
  const fill = (at: number, text: string) => {
    const input = inputs[at]
    if (input === undefined) throw new Error('there is no such field')
    input.value = text
    input.dispatchEvent(new Event('change'))
  }
  const send = async () => {
    document.querySelector('[role=dialog] form')?.dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
  }
  await send()
  expect(document.querySelector('[role=alert]')?.textContent).toBe('Say at least one of the two.')
  fill(0, '2026-06-02T08:00')
  fill(1, '2026-06-01T08:00')
  await send()
  expect(document.querySelector('[role=alert]')?.textContent).toBe('It has to end after it begins.')
  fill(1, '2026-06-03T08:00')
  await send()
  expect(query()).toEqual({
    window: 'custom',
    since: new Date('2026-06-02T08:00').toISOString(),
    until: new Date('2026-06-03T08:00').toISOString(),
  })
  expect(document.querySelector('[role=dialog]')).toBeNull()
})

const Told = defineComponent(() => {
  const { days, note, inNamespace } = useUsageScope(
    '7d',
    computed(() => Date.parse('2026-06-03T10:30:00Z')),
  )
  const found = useInNamespace(
    computed(() => [
      { namespace: 'red', name: 'a' },
      { namespace: 'blue', name: 'b' },
    ]),
  )
  return () =>
    h(
      'output',
      JSON.stringify([days.value, note.value, inNamespace.value, found.value.map(({ name }) => name)]),
    )
})

test.each([
  ['/', [7, '', {}, ['a', 'b']]],
  ['/?window=30d&ns=red', [30, '', { namespace: 'red' }, ['a']]],
  ['/?window=1h', [1, 'Counted by whole days: last 24 hours', {}, ['a', 'b']]],
  ['/?since=2026-06-01T00:00:00Z', [3, 'Counted by whole days: last 3 days', {}, ['a', 'b']]],
])('at %s a page looks at %j', async (at, expected) => {
  const { page } = await show(Told, {}, at)
  expect(JSON.parse(page.get('output').text())).toEqual(expected)
})
