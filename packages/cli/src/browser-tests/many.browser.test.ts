import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { counts, growAnswers, oddNames } from './many.ts'
import { layoutFaults, widths } from './places.ts'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const enter = async (address: string, viewport: { readonly width: number; readonly height: number }) => {
  const { page } = await sight.open({ viewport })
  await growAnswers(page)
  await page.goto(`${sight.stack.origin}${address}`)
  await signIn(page, sight.admin)
  await page.locator('nav[aria-label=Pages]').waitFor()
  return page
}
const rowsOf = async (page: Page, name: string) => {
  const grid = page.getByRole('grid', { name })
  return { all: await grid.getAttribute('aria-rowcount'), drawn: await grid.getByRole('row').count() }
}

for (const [size, viewport] of Object.entries(widths))
  test(`thousands of grants, sessions, servers and callers are gone through, ${size}`, async () => {
    const page = await enter('/access', viewport)
    const searchFor = async (text: string, says: string) => {
      const box = page.getByRole('searchbox', { name: says })
      await box.fill(text)
    }
    const faults: string[] = []
    const look = async (where: string) => {
      for (const fault of await layoutFaults(page)) faults.push(`${where}: ${fault}`)
    }
    const lists = [
      { address: '/access', name: 'Grants', count: counts.grants, wanted: 'person-1777@' },
      { address: '/access?view=sessions', name: 'Sessions', count: counts.sessions, wanted: 'person-4777@' },
    ]
    for (const { address, name, count, wanted } of lists) {
      await page.goto(`${sight.stack.origin}${address}`)
      await page.locator(`[aria-label="${name}"][aria-rowcount="${count + 1}"]`).waitFor()
      expect((await rowsOf(page, name)).drawn).toBeLessThan(60)
      await look(name)
      await searchFor(wanted, 'Server, human, agent, team')
      await page.locator(`[aria-label="${name}"][aria-rowcount="2"]`).waitFor()
    }

    await page.goto(`${sight.stack.origin}/servers`)
    await page.locator(`[aria-label="Servers"][aria-rowcount="${counts.servers + 1}"]`).waitFor()
    await look('Servers')
    await searchFor('server-0477', 'Server, tool, description')
    await page.locator('[aria-label="Servers"][aria-rowcount="2"]').waitFor()

    await page.goto(`${sight.stack.origin}/access?view=who`)
    const callers = page.getByRole('rowheader')
    await callers.nth(39).waitFor()
    expect(await callers.count()).toBe(40)
    await look('matrix')
    await searchFor('sess-4777', 'Human, agent, team, session')
    await callers.filter({ hasText: 'person-4777@' }).waitFor()
    expect(await callers.count()).toBe(1)
    expect(faults).toEqual([])
  })

test('names that nobody should give are text, kept apart, and told whole', async () => {
  const page = await enter('/access', widths.narrow)
  const row = (at: number) => page.locator(`[aria-label="Grants"] [aria-rowindex="${at + 2}"]`)
  await row(0).getByTitle(oddNames.object, { exact: true }).waitFor()
  await row(0).getByTitle(oddNames.email).waitFor()
  await row(1).getByText(oddNames.markup).waitFor()
  // A mark that turns the writing is told by its number, and turns nothing.
  await row(2).getByText('ops‹U+202E›gpj.exe').waitFor()
  await row(3).getByText(oddNames.hebrew).waitFor()
  for (const at of [0, 1, 2, 3]) {
    await row(at).click()
    await page.getByRole('dialog').getByText('Trust at most').waitFor()
    expect(await layoutFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  }
  expect(await page.locator('main img').count()).toBe(0)
  expect(await page.evaluate('window.hacked')).toBeUndefined()
})
