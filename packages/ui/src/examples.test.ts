// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { Calls } from './component.examples.ts'

afterEach(() => vi.unstubAllGlobals())

test('the page of the README is shown, and asks the API', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return Response.json({ error: 'forbidden', message: 'not yours', request_id: '1' }, { status: 403 })
  })
  document.body.innerHTML = '<div id="app"></div>'
  await import('./quickstart.examples.ts')
  await vi.waitFor(() => expect(document.querySelector('h1')?.textContent).toBe('Who calls what'))
  expect(document.querySelector('.sentinel')?.getAttribute('data-theme')).toBe('dark')
  expect(asked).toEqual(['/api/auth/me', '/api/runtime/namespaces'])
})

test('the component of the README shows what the API answered to its token', async () => {
  const asked: Request[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(new Request(url, init))
    return Response.json({ events_total: 3 })
  })
  const calls = mount(Calls, { props: { token: () => 't-1' } })
  await flushPromises()
  expect(calls.text()).toContain('3')
  expect(calls.text()).toContain('Refused')
  expect(asked[0]?.url).toBe('https://sentinel.example.org/api/stats')
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer t-1')
})
