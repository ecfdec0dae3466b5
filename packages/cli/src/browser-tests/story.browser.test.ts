import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSampleCall, type SampleCall } from '../sample-calls.ts'
import { openSight, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await openSight(process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const call: SampleCall = { tool: 'read_document', arguments: { id: 'roadmap' }, expect: 'deny' }
const stranger = { human: 'user-456', agent: 'billing-bot' }
const isRefused = async (): Promise<boolean> =>
  (await makeSampleCall(sight.stack.url, call, stranger)).isRefused
const soon = { timeout: 10_000, interval: 100 }

test('from a refusal to why, to a grant, to a call that passes, and back, without a reload', async () => {
  const { page, complaints } = await sight.open()
  await page.goto(`${sight.stack.origin}/events`)
  await signIn(page, sight.admin)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate('window.isTheSamePage = true')

  // A refusal arrives; it says why, and what would make it pass.
  expect(await isRefused()).toBe(true)
  await page.getByRole('row').filter({ hasText: stranger.agent }).filter({ hasText: call.tool }).click()
  const decision = page.getByRole('dialog', { name: 'Decision' })
  await decision.getByText(`Refused: no grant speaks of ${stranger.agent}.`).waitFor()
  await decision.getByRole('link', { name: /^Draft/ }).click()

  // The form has it all; it is saved as it is, and the grant is shown.
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Create grant' }).click()
  await drawer.getByText('In force').waitFor()
  await expect.poll(isRefused, soon).toBe(false)
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })

  // Taken back, it is refused again.
  const row = page.getByRole('row').filter({ hasText: stranger.agent })
  await row.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disable grant' }).click()
  await row.getByText('Disabled').waitFor()
  await expect.poll(isRefused, soon).toBe(true)
  expect(await page.evaluate('window.isTheSamePage')).toBe(true)
  expect(complaints).toEqual([])
})

test('the same by keys alone', async () => {
  const { page } = await sight.open()
  // Only refusals, so that the newest of them is the first row, whatever else clients ask.
  await page.goto(`${sight.stack.origin}/events?decision=deny`)
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  /** Tab by tab, as long as it takes to where somebody wants to be. */
  const tabTo = async (role: string, name: RegExp): Promise<void> => {
    for (let tabs = 0; tabs < 80; tabs += 1) {
      await press('Tab')
      const focused = page.locator(':focus')
      const isThere = await page
        .getByRole(role as 'link', { name })
        .and(focused)
        .count()
      if (isThere > 0) return
    }
    throw new Error(`no Tab leads to ${role} ${name}`)
  }
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await tabTo('textbox', /^E-mail$/)
  await page.keyboard.type(sight.admin.email)
  await press('Tab')
  await page.keyboard.type(sight.admin.password)
  await press('Enter')
  await page.getByText('Live', { exact: true }).waitFor()

  expect(await isRefused()).toBe(true)
  await page.getByRole('row').filter({ hasText: stranger.agent }).first().waitFor()
  await tabTo('grid', /^Events$/)
  await press('Home', 'Enter')
  const drawer = page.getByRole('dialog')
  await drawer.getByText('What would make it pass').waitFor()
  await tabTo('link', /^(Draft|Open|Enable|Go)/)
  await press('Enter')
  await drawer.getByRole('button', { name: /^Save/ }).waitFor()
  await tabTo('button', /^Save/)
  await press('Enter')
  await expect.poll(isRefused, soon).toBe(false)
})
