import type { Page } from 'playwright-core'

/** Every place of the dashboard, by its address. */
export const places = [
  '/',
  '/events',
  '/analytics',
  '/access',
  '/servers',
  '/servers/mcp-servers/workspace-assistant',
  '/keys',
  '/teams',
  '/operations',
  '/platform',
  '/nowhere/at/all',
] as const

export const themes = ['light', 'dark'] as const
export const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const

const settleMs = 15_000
const lookEveryMs = 50

/** Until nothing is under way any more. */
export const settle = async (page: Page): Promise<void> => {
  // A dialog hides the rest from those who listen, and it is there nevertheless.
  await page.locator('main').waitFor()
  const loading = page.getByRole('status', { name: 'Loading' })
  for (
    const deadline = Date.now() + settleMs;
    (await loading.count()) > 0;
    await page.waitForTimeout(lookEveryMs)
  )
    if (Date.now() > deadline) throw new Error(`${page.url()} is still loading after ${settleMs / 1000} s`)
  await page.evaluate('document.fonts.ready')
}

/** What of the page's layout no person would want: wider than its window, or words that are cut off without a sign. */
export const layoutFaults = async (page: Page): Promise<readonly string[]> =>
  (await page.evaluate(findFaults)) as readonly string[]

const findFaults = `(() => {
  const faults = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) faults.push((root.scrollWidth - root.clientWidth) + ' pixels too wide')
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!hasText || element.clientWidth <= 1) continue
    const { overflowX, textOverflow, clipPath } = getComputedStyle(element)
    // What is clipped away is there for those who listen.
    if (clipPath !== 'none') continue
    const isCut = element.scrollWidth > element.clientWidth + 1
    if (isCut && (overflowX === 'hidden' || overflowX === 'clip') && textOverflow !== 'ellipsis')
      faults.push('cut off: ' + element.textContent.trim().slice(0, 60))
  }
  return faults
})()`
