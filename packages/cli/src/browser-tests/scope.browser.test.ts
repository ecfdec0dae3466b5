import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const enter = async (at: string) => {
  const { page, complaints } = await sight.open()
  await page.goto(`${sight.stack.origin}${at}`)
  await signIn(page, sight.admin)
  const address = () => {
    const { pathname, search } = new URL(page.url())
    return `${pathname}${search}`
  }
  return { page, complaints, address }
}

test('what one looks at stays looked at from page to page, and is told where it cannot be', async () => {
  const { page, complaints, address } = await enter('/')
  const rail = page.getByRole('navigation', { name: 'Pages' })
  await page.getByRole('heading', { name: 'What needs attention' }).waitFor()
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('mcp-servers')
  await page.getByText('These are of all namespaces.').waitFor()
  await expect.poll(address).toBe('/?ns=mcp-servers')

  await rail.getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('heading', { name: 'Catalogue' }).waitFor()
  await expect.poll(address).toBe('/servers?ns=mcp-servers')
  await rail.getByRole('link', { name: 'Events' }).click()
  await page.getByRole('combobox', { name: 'Time', exact: true }).selectOption('Last hour')
  await expect.poll(address).toBe('/events?ns=mcp-servers&window=1h')

  await rail.getByRole('link', { name: 'Analytics' }).click()
  await page.getByText('Counted by whole days: last 24 hours').waitFor()
  await rail.getByRole('link', { name: 'Platform' }).click()
  await page.getByText('Not by namespace').waitFor()
  await page.goBack()
  await page.goBack()
  await expect.poll(address).toBe('/events?ns=mcp-servers&window=1h')
  await page.getByRole('combobox', { name: 'Namespace' }).selectOption('All namespaces')
  await expect.poll(address).toBe('/events?window=1h')
  expect(complaints).toEqual([])
})

test('by keys alone one comes to what is to be done, is asked, and may still leave it', async () => {
  const { page, complaints } = await enter('/')
  await page.getByRole('heading', { name: 'What needs attention' }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Go anywhere').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await page.keyboard.press('Control+k')
  await page.keyboard.type('disable workspace')
  await page.getByRole('option').filter({ hasText: 'Switch server workspace-assistant off' }).waitFor()
  await page.keyboard.press('Enter')
  const asked = page.getByRole('alertdialog')
  await asked.waitFor()
  await page.keyboard.press('Escape')
  await asked.waitFor({ state: 'hidden' })

  await page.keyboard.press('Control+k')
  await page.keyboard.type('workspace-assistant')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Overview' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('group', { name: 'Recent' }).getByRole('option').first().waitFor()
  expect(complaints).toEqual([])
})
