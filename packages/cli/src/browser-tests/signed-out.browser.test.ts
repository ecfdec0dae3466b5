import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { settle } from './places.ts'
import { comeBackTo, lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const enter = async (address: string, as: 'admin' | 'user' = 'admin') => {
  const { page } = await sight.open()
  await page.goto(`${sight.stack.origin}${address}`)
  await signIn(page, sight[as])
  // What lies over a page keeps it from those who listen.
  await page.locator('nav[aria-label=Pages]').waitFor()
  return page
}
const again = (page: Page) => page.getByRole('dialog', { name: 'Sign in again' })
const signInAgain = async (page: Page) => {
  await again(page).getByLabel('Password').fill(sight.admin.password)
  await again(page).getByRole('button', { name: 'Sign in' }).click()
  await again(page).waitFor({ state: 'hidden' })
}

test('a session that ends in the middle of a form costs nothing of what was typed', async () => {
  const page = await enter('/access?edit-grant=new')
  const form = page.getByRole('dialog', { name: 'Create grant' })
  await form.getByLabel('Name', { exact: true }).fill('kept-through-sign-in')
  await form.getByLabel('Server').selectOption('mcp-servers/workspace-assistant')
  await form.getByLabel('Agent').fill('patient-bot')
  await form.getByRole('button', { name: 'Add rule' }).click()
  await form.getByLabel('Name of rule 1').fill('read_document')
  await page.context().clearCookies()
  await form.getByRole('button', { name: 'Create grant' }).click()

  await again(page).waitFor()
  await page.keyboard.press('Escape')
  expect(await again(page).getByLabel('E-mail').inputValue()).toBe(sight.admin.email)
  await again(page).getByLabel('Password').fill('wrong')
  await again(page).getByRole('button', { name: 'Sign in' }).click()
  await again(page).getByRole('alert').waitFor()
  await signInAgain(page)

  expect(await form.getByLabel('Agent').first().inputValue()).toBe('patient-bot')
  expect(await form.getByLabel('Name of rule 1').inputValue()).toBe('read_document')
  await form.getByRole('button', { name: 'Create grant' }).click()
  const made = page.getByRole('dialog', { name: 'Grant kept-through-sign-in' })
  await made.getByText('patient-bot').waitFor()
  await made.getByRole('button', { name: 'Delete grant' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete grant' }).click()
  await made.waitFor({ state: 'hidden' })
})

test('what is done in one tab is seen in the other: signed out, signed in, revoked, another theme', async () => {
  const one = await enter('/access?view=sessions')
  const other = await one.context().newPage()
  await other.goto(`${sight.stack.origin}/access?view=sessions`)
  await settle(other)

  await one.bringToFront()
  await one.getByRole('button', { name: /^Theme/ }).click()
  const themes = () =>
    Promise.all([one, other].map((page) => page.locator('.sentinel').first().getAttribute('data-theme')))
  await one.getByRole('button', { name: /^Theme: light/ }).click()
  await expect.poll(async () => new Set(await themes())).toEqual(new Set(['dark']))

  const row = (page: Page) => page.getByRole('row').filter({ hasText: 'sess-demo' })
  const turn = async (name: RegExp) => {
    await row(one).getByRole('button', { name }).click()
    await one.getByRole('alertdialog').getByRole('button', { name }).click()
    await one.getByRole('alertdialog').waitFor({ state: 'hidden' })
  }
  await turn(/^Revoke/)
  await comeBackTo(other)
  await row(other).getByText('Lift revocation').waitFor()
  await one.bringToFront()
  await turn(/^Lift/)

  await one.getByRole('button', { name: 'Sign out' }).click()
  await one.getByRole('heading', { name: 'Sign in' }).waitFor()
  await comeBackTo(other)
  await again(other).waitFor()
  const asked = other.url()
  await one.bringToFront()
  await signIn(one, sight.admin)
  await one.getByRole('heading', { name: 'Overview' }).waitFor()
  // Who comes back to it finds it as it was, signed in.
  await comeBackTo(other)
  await again(other).waitFor({ state: 'hidden' })
  await row(other).waitFor()
  expect(other.url()).toBe(asked)
})

test('whoever is signed in next does not see what was loaded for the one before', async () => {
  const page = await enter('/platform')
  await settle(page)
  await page.context().clearCookies()
  await comeBackTo(page)
  await again(page).waitFor()
  await again(page).getByLabel('E-mail').fill(sight.user.email)
  await again(page).getByLabel('Password').fill(sight.user.password)
  await again(page).getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Activity' }).waitFor()
  expect(await page.getByRole('link', { name: 'Platform' }).count()).toBe(0)
})

test('pages of admins tell users that they may not see them, and how that would change', async () => {
  const page = await enter('/analytics', 'user')
  for (const place of ['/operations', '/platform', '/events?live=off']) {
    await page.goto(`${sight.stack.origin}${place}`)
    await page.getByText(/^You may not see/).waitFor()
    await page.getByText('An admin of this platform can give you the role that it takes.').waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  }
  // What opens for admins is not theirs; they come to what is.
  await page.goto(sight.stack.origin)
  await page.getByRole('heading', { name: 'Activity' }).waitFor()
})
