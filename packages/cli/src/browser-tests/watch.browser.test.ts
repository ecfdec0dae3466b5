import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { makeSampleCall, sampleCalls } from '../sample-calls.ts'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const [allowed, refused] = sampleCalls
if (allowed === undefined || refused === undefined) throw new Error('there are two calls')

test('who is not signed in comes to sign in, and then to where they wanted to be', async () => {
  const { page, complaints } = await sight.open()
  await page.goto(`${sight.stack.origin}/events?decision=deny`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn(page, { ...sight.admin, password: 'wrong' })
  await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor()
  // The browser's own words for the answer.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('401')])
  await signIn(page, sight.admin)
  await page.getByRole('heading', { name: 'Events' }).waitFor()
  expect(new URL(page.url()).search).toBe('?decision=deny')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(complaints).toEqual([])
})

test('a refusal arrives while somebody watches, and tells why', async () => {
  const { page, complaints } = await sight.open()
  await page.goto(`${sight.stack.origin}/events`)
  await signIn(page, sight.admin)
  await page.getByText('Live', { exact: true }).waitFor()
  const rows = page.getByRole('row').filter({ hasText: refused.tool })
  const before = await rows.count()
  await makeSampleCall(sight.stack.url, refused)
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(before + 1)
  await rows.first().click()
  const decision = page.getByRole('dialog', { name: 'Decision' })
  const sentence = decision.getByText(
    'Refused: delete_document needs high trust; the session consents to medium.',
  )
  await sentence.waitFor()
  // Its address shows the same again.
  await page.reload()
  await sentence.waitFor()
  await page.keyboard.press('Escape')
  await decision.waitFor({ state: 'hidden' })
  expect(complaints).toEqual([])
})
