import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { layoutFaults, places, settle, themes, widths } from './places.ts'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

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
        await settle(page)
        for (const fault of await violationsOn(page)) faults.push(`${place} ${fault}`)
        for (const fault of await layoutFaults(page)) faults.push(`${place} ${fault}`)
      }
      expect(faults).toEqual([])
      expect(complaints).toEqual([])
    })
