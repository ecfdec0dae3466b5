import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { makeSampleCall, sampleCalls } from '../sample-calls.ts'
import { openWire } from './broken-wire.ts'
import { places, settle } from './places.ts'
import { comeBackTo, lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const apiCalls = /\/api\/(?!auth\/session)/
const pages = places
  .filter((place) => place !== '/nowhere/at/all')
  // Who watches is told otherwise.
  .map((place) => (place === '/events' ? '/events?live=off' : place))

/** As the server of the dashboard answers while the API behind it is away. */
const away = (route: Route) =>
  route.fulfill({
    status: 502,
    json: {
      error: 'api_unavailable',
      message: 'the API behind this dashboard does not answer',
      request_id: 'test',
    },
  })

const enter = async (address: string, options: Parameters<Sight['open']>[0] = {}) => {
  const opened = await sight.open(options)
  await opened.page.goto(`${sight.stack.origin}${address}`)
  await signIn(opened.page, sight.admin)
  await opened.page.getByRole('navigation', { name: 'Pages' }).waitFor()
  return opened
}
const goTo = (page: Page, place: string) => page.getByRole('link', { name: place, exact: true }).click()

test('while the API is away every page says so, and is there again when the API is', async () => {
  const { page } = await enter('/keys')
  await settle(page)
  const goThrough = async (calls: RegExp, addresses: readonly string[]) => {
    await page.route(calls, away)
    for (const address of addresses) {
      await page.goto(`${sight.stack.origin}${address}`)
      const said = page.getByRole('main').getByRole('alert').first()
      await said.getByText('could not be loaded').waitFor()
      await said.getByText('The API behind this dashboard does not answer').waitFor()
      await said.getByRole('button', { name: 'Try again' }).waitFor()
    }
    await page.unroute(calls)
    await page.getByRole('main').getByRole('alert').first().waitFor({ state: 'hidden' })
    await settle(page)
    await page.getByRole('link', { name: 'Platform' }).waitFor()
  }
  await goThrough(/\/api\/(?!auth\/)/, pages)
  // Nor is it known who asks.
  await goThrough(/\/(api\/|auth\/status)/, ['/keys', '/platform'])
})

test('what is shown stays while the API cannot be reached, and says from when it is', async () => {
  const { page } = await enter('/access')
  const row = page.getByRole('row').filter({ hasText: 'ops-agent' }).first()
  await row.waitFor()
  await page.route(apiCalls, (route) => route.abort())
  await comeBackTo(page)
  await page.getByText(/The API cannot be reached\..*What you see is from \d/).waitFor()
  expect(await row.isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.unroute(apiCalls)
  await page.getByText('What you see is from').waitFor({ state: 'hidden' })
})

test('while the API is slow the place is kept, others can be gone to, and what was left is not waited for', async () => {
  const { page } = await enter('/teams')
  await settle(page)
  const [asked, aborted]: [string[], string[]] = [[], []]
  page.on('requestfailed', (request) => {
    aborted.push(new URL(request.url()).pathname)
  })
  await page.route(apiCalls, async (route) => {
    asked.push(new URL(route.request().url()).pathname)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await route.continue().catch(() => {})
  })
  await page.evaluate(watchShifts)
  await goTo(page, 'Access control')
  await page.getByRole('heading', { name: 'Access control' }).waitFor()
  await page.getByRole('status', { name: 'Loading' }).first().waitFor()
  await expect.poll(() => asked).toContain('/api/runtime/sessions')
  await goTo(page, 'Servers')
  await page.getByRole('heading', { name: 'Servers' }).waitFor()
  await expect.poll(() => aborted).toContain('/api/runtime/sessions')
  await page.getByRole('row').filter({ hasText: 'workspace-assistant' }).waitFor()
  expect(await page.evaluate('window.shifted')).toBeLessThan(0.1)
})

test('who is told to wait is told for how long, and waits', async () => {
  const { page } = await enter('/teams')
  await settle(page)
  let asked = 0
  await page.route('**/api/runtime/grants?*', (route) => {
    asked += 1
    return route.fulfill({
      status: 429,
      headers: { 'retry-after': '7' },
      json: { error: 'too_many_requests', message: 'too many', request_id: 'test' },
    })
  })
  await goTo(page, 'Access control')
  await page.getByText('It is asked for again in 7 seconds.').waitFor()
  await page.waitForTimeout(4_000)
  expect(asked).toBe(1)
  await page.unroute('**/api/runtime/grants?*')
  await page.getByRole('row').filter({ hasText: 'ops-agent' }).first().waitFor()
})

test('a live tail goes on where the network broke off, with what came meanwhile', async () => {
  const wire = await openWire(sight.stack.origin)
  try {
    const { page } = await sight.open()
    await page.goto(`${wire.origin}/events`)
    await signIn(page, sight.admin)
    const live = page.getByText('Live', { exact: true })
    await live.waitFor()
    wire.cut()
    await live.waitFor({ state: 'hidden' })
    const [call] = sampleCalls
    if (call === undefined) throw new Error('there is a call')
    await makeSampleCall(sight.stack.url, call, { human: 'user-123', agent: 'tail-bot' })
    wire.mend()
    await live.waitFor()
    await page.getByRole('row').filter({ hasText: 'tail-bot' }).first().waitFor()
    await page.context().close()
  } finally {
    await wire.close()
  }
})

/** In the page: how much of it moved without anybody having pressed anything. */
const watchShifts = `window.shifted = 0
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value
}).observe({ type: 'layout-shift' })`
