// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRoutes } from './routes.ts'

beforeEach(() => vi.stubGlobal('fetch', async () => Response.json({ authenticated: true })))
afterEach(() => vi.unstubAllGlobals())

const open = async (at: string) => {
  const router = createRoutes()
  await router.push(at)
  return { router, here: () => router.currentRoute.value.fullPath }
}

test('what is looked at stays looked at on the next page', async () => {
  const { router, here } = await open('/nowhere?ns=red&window=7d&event=1')
  await router.push({ name: 'sign-in' })
  expect(here()).toBe('/sign-in')
  await router.push('/nowhere?ns=red&window=7d&event=1')
  await router.push({ name: 'keys', query: { search: 'a' } })
  expect(here()).toBe('/keys?search=a&ns=red&window=7d')
  // On the same page it is left where somebody leaves it.
  await router.push({ name: 'keys', query: {} })
  expect(here()).toBe('/keys')
})

test('who goes back sees what was there', async () => {
  const { router, here } = await open('/keys')
  await router.push('/nowhere?ns=red')
  router.back()
  await vi.waitFor(() => expect(here()).toBe('/keys'))
})

test('who is not signed in comes to sign in, and then to where they wanted', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ authenticated: false }))
  expect((await open('/keys?ns=red')).here()).toBe('/sign-in?to=/keys?ns=red')
})
