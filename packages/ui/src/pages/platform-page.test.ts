// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import PlatformPage from './PlatformPage.vue'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const component = (key: string, display: string, status = 'Ready') => ({
  ...{ key, display, namespace: 'mcp-sentinel', kind: 'Process', resource: key, status },
  ready: status === 'Ready' ? '1/1' : '0/1',
  message: status === 'Ready' ? '' : 'is being started',
})

const start = async () => {
  const stack = { api: 'Ready', ingest: 'Ready', answers: true }
  const asked: unknown[] = []
  vi.stubGlobal('fetch', async (_: string, { method, body }: { method: string; body?: string }) => {
    if (!stack.answers) throw new TypeError('connection refused')
    if (method === 'POST') {
      const sent = JSON.parse(body ?? '')
      asked.push(sent)
      const components = sent.all ? ['api', 'ingest'] : [sent.component]
      return Response.json({ success: true, components })
    }
    return Response.json({
      components: [component('api', 'API', stack.api), component('ingest', 'Ingest', stack.ingest)],
    })
  })
  const page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(PlatformPage))),
    { attachTo: document.body },
  )
  const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)
  await seconds(0.1)
  return { page, asked, stack, seconds }
}
const press = async (says: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  found.click()
  await vi.advanceTimersByTimeAsync(100)
}
const dialog = () => document.querySelector('[role=alertdialog]') ?? document

test('one is restarted after what that means was told, and watched until it is ready again', async () => {
  const { page, asked, stack, seconds } = await start()
  await press('Restart Ingest')
  expect(dialog().textContent).toContain('Gateways keep their events until it is back')
  expect(asked).toEqual([])
  stack.ingest = 'NotReady'
  await press('Restart Ingest', dialog())
  expect(asked).toEqual([{ component: 'ingest' }])
  await seconds(1.5)
  expect(page.get('[role=status]').text()).toBe('Ingest is away.')
  expect(page.get('progress').attributes('value')).toBe('0')
  stack.ingest = 'Ready'
  await seconds(1.5)
  expect(page.get('[role=status]').text()).toBe('Ingest is back.')
  await press('Dismiss')
  expect(page.find('progress').exists()).toBe(false)
  page.unmount()
})

test('an API that restarts itself is waited for, and what was known stays in sight', async () => {
  const { page, asked, stack, seconds } = await start()
  await press('Restart all')
  await press('Restart all', dialog())
  expect(asked).toEqual([{ all: true }])
  stack.answers = false
  await seconds(2)
  expect(page.get('[role=status]').text()).toContain('The API does not answer')
  expect(page.text()).toContain('Ingest')
  stack.answers = true
  stack.api = 'NotReady'
  await seconds(2)
  expect(page.get('[role=status]').text()).toBe('API is away.')
  page.unmount()
})
