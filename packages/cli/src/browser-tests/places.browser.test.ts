import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSight, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await openSight(process.env['CHROMIUM_PATH'])
  await sight.stack.show()
})
afterAll(() => sight.close())

/** Every place of the dashboard, by its address. */
const places = ['/', '/events', '/analytics', '/access', '/keys', '/nowhere/at/all']
const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }
const themes = ['light', 'dark'] as const

/** Nothing is under way any more. */
const settle = async (page: Page): Promise<void> => {
  const loading = page.getByRole('status', { name: 'Loading' })
  await expect.poll(() => loading.count(), { timeout: 10_000 }).toBe(0)
  await page.evaluate('document.fonts.ready')
}

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

const violationsOn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })",
  )) as { readonly violations: readonly Violation[] }
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')} ${failureSummary ?? ''}`),
  )
}

for (const theme of themes)
  for (const [size, viewport] of Object.entries(widths))
    test(`every place can be read by everybody, ${theme}, ${size}`, async () => {
      const { page, complaints } = await sight.open({ viewport, colorScheme: theme })
      await page.goto(sight.stack.origin)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      const faults = (await violationsOn(page)).map((fault) => `/sign-in ${fault}`)
      await signIn(page, sight.admin)
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      for (const place of places) {
        await page.goto(`${sight.stack.origin}${place}`)
        await page.getByRole('main').waitFor()
        await settle(page)
        for (const fault of await violationsOn(page)) faults.push(`${place} ${fault}`)
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )
        if (overflow !== 0) faults.push(`${place} is ${overflow} pixels too wide`)
      }
      expect(faults).toEqual([])
      expect(complaints).toEqual([])
    })
