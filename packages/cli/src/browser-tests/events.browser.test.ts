import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const pageRows = 200
const pages = 3
const ids = Array.from({ length: pages * pageRows }, (_, at) => `event-${at}`)

/** As an API does that holds a few pages of events. */
const openEvents = async (address: string) => {
  const { page, complaints } = await sight.open()
  await page.route(/\/api\/events\?/, (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    const events = ids.slice(from, from + pageRows).map((id, at) => ({
      id,
      timestamp: new Date(Date.UTC(2026, 5, 1) - (from + at) * 1000).toISOString(),
      received_at: '2026-06-01T00:00:00Z',
      source: 'gateway',
      event_type: 'mcp.request',
      decision: 'allow',
      tool_name: at === 0 ? '=1+1' : `tool_${at}`,
    }))
    const next = from + pageRows
    const meta = { limit: pageRows, has_more: next < ids.length }
    return route.fulfill({
      json: { events, meta: next < ids.length ? { ...meta, next_cursor: String(next) } : meta },
    })
  })
  await page.goto(`${sight.stack.origin}${address}`)
  await signIn(page, sight.admin)
  await page.getByRole('row').nth(1).waitFor()
  return { page, complaints }
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Events' })

test('the row that keys point at is in sight, wherever they lead', async () => {
  const { page } = await openEvents('/events?live=off')
  await grid(page).focus()
  for (const key of [
    'PageDown',
    'PageDown',
    'PageDown',
    'ArrowDown',
    'End',
    'PageUp',
    'PageUp',
    'PageUp',
    'Home',
  ]) {
    await page.keyboard.press(key)
    // After a leap it is told when it is drawn.
    await page.locator('[aria-label="Events"][aria-activedescendant]').waitFor()
    const row = page.locator(`id=${await grid(page).getAttribute('aria-activedescendant')}`)
    await row.waitFor()
    const [all, head, pointed] = await Promise.all([
      grid(page).boundingBox(),
      page.getByRole('row').first().boundingBox(),
      row.boundingBox(),
    ])
    if (all === null || head === null || pointed === null) throw new Error('the table is not seen')
    expect(pointed.y, key).toBeGreaterThanOrEqual(head.y + head.height - 1)
    expect(pointed.y + pointed.height, key).toBeLessThanOrEqual(all.y + all.height + 1)
  }
})

test('all that matches is saved, though only a part of it is shown', async () => {
  const { page, complaints } = await openEvents('/events?live=off')
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'CSV' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^events-\d{8}T\d{6}Z\.csv$/)
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
  expect(lines.slice(1).map((line) => line.split(',')[2])).toEqual(ids)
  expect(lines[1]).toContain(",'=1+1,")
  await page.getByText(`Saved ${ids.length} events.`).waitFor()
  expect(complaints).toEqual([])
})

test('columns that were chosen by keys are there again after a reload', async () => {
  const { page } = await openEvents('/events?live=off')
  const source = page.getByRole('columnheader', { name: 'Source' })
  expect(await source.count()).toBe(0)
  await page.getByRole('button', { name: 'Columns' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menu').waitFor()
  await page.keyboard.type('Sou')
  await page.keyboard.press('Space')
  await source.waitFor()
  await page.keyboard.press('Escape')
  await page.reload()
  await source.waitFor()
})
