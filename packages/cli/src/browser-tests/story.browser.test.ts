import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { makeSampleCall, type SampleCall } from '../sample-calls.ts'
import { createKeyboard, watchMouse } from './keyboard.ts'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const call: SampleCall = { tool: 'read_document', arguments: { id: 'roadmap' }, expect: 'deny' }
const stranger = { human: 'user-456', agent: 'billing-bot' }
const keyed = { human: 'user-789', agent: 'keys-bot' }
const isRefused = async (caller: typeof stranger): Promise<boolean> =>
  (await makeSampleCall(sight.stack.url, call, caller)).isRefused
const soon = { timeout: 10_000, interval: 100 }

test('from a refusal to why, to a grant, to a call that passes, and back, without a reload', async () => {
  const { page, complaints } = await sight.open()
  await page.goto(`${sight.stack.origin}/events`)
  await signIn(page, sight.admin)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate('window.isTheSamePage = true')

  // A refusal arrives; it says why, and what would make it pass.
  expect(await isRefused(stranger)).toBe(true)
  await page.getByRole('row').filter({ hasText: stranger.agent }).filter({ hasText: call.tool }).click()
  const decision = page.getByRole('dialog', { name: 'Decision' })
  await decision.getByText(`Refused: no grant speaks of ${stranger.agent}.`).waitFor()
  await decision.getByRole('link', { name: /^Draft/ }).click()

  // The form has it all; it is saved as it is, and the grant is shown.
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Create grant' }).click()
  await drawer.getByText('In force').waitFor()
  await expect.poll(() => isRefused(stranger), soon).toBe(false)
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })

  // Taken back, it is refused again.
  const row = page.getByRole('row').filter({ hasText: stranger.agent })
  await row.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disable grant' }).click()
  await row.getByText('Disabled').waitFor()
  await expect.poll(() => isRefused(stranger), soon).toBe(true)
  expect(await page.evaluate('window.isTheSamePage')).toBe(true)
  expect(complaints).toEqual([])
})

test('the same by keys alone, and nobody is left where no key leads on', async () => {
  const { page, complaints } = await sight.open()
  await page.addInitScript(watchMouse)
  // Only refusals, so that the newest of them is the first row, whatever else clients ask.
  await page.goto(`${sight.stack.origin}/events?decision=deny`)
  const keys = createKeyboard(page)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.evaluate('window.isTheSamePage = true')
  await keys.tabTo('textbox', /^E-mail$/)
  await keys.type(sight.admin.email)
  await keys.tabTo('textbox', /^Password$/)
  await keys.type(sight.admin.password)
  await keys.press('Enter')
  await page.getByText('Live', { exact: true }).waitFor()

  // A refusal arrives, and is the first of the rows; what is closed leads back to where it was opened.
  expect(await isRefused(keyed)).toBe(true)
  await page.getByRole('row').filter({ hasText: keyed.agent }).first().waitFor()
  await keys.tabTo('grid', /^Events$/)
  await keys.press('Home', 'Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`Refused: no grant speaks of ${keyed.agent}.`).waitFor()
  await keys.press('Escape')
  await keys.waitUntilOn('grid', /^Events$/)
  await keys.press('Enter')
  await dialog.getByText('What would make it pass').waitFor()

  // The form begins where there is something to fill in, and ends with the grant.
  await keys.tabTo('link', /^Draft/)
  await keys.press('Enter')
  await keys.waitUntilOn('textbox', /^Name$/)
  await keys.tabTo('button', /^Create grant$/)
  await keys.press('Enter')
  await dialog.getByText('In force').waitFor()
  await expect.poll(() => isRefused(keyed), soon).toBe(false)

  // Taken back, it is refused again; the question leads back to what asked it.
  await keys.tabTo('button', /^Disable grant$/)
  await keys.press('Enter')
  const question = page.getByRole('alertdialog', { name: /^Disable grant/ })
  await question.getByText(keyed.agent).waitFor()
  await keys.waitUntilOn('button', /^Cancel$/)
  await keys.press('Enter')
  await question.waitFor({ state: 'hidden' })
  await keys.waitUntilOn('button', /^Disable grant$/)
  await keys.press('Enter')
  await keys.tabTo('button', /^Disable grant$/)
  await keys.press('Enter')
  await question.waitFor({ state: 'hidden' })
  await keys.waitUntilOn('button', /^Enable grant$/)
  await expect.poll(() => isRefused(keyed), soon).toBe(true)

  // The list is where one comes back to, though one came from elsewhere.
  await keys.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await keys.waitUntilOn('grid', /^Grants$/)
  expect(await page.evaluate('window.isTheSamePage')).toBe(true)
  expect(await page.evaluate('window.mouse')).toEqual([])
  expect([...keys.faults, ...complaints]).toEqual([])
})
