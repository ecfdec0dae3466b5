import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { lookAt, type Sight, signIn } from './stack.ts'

let sight: Sight
beforeAll(async () => {
  sight = await lookAt(inject('stack'), process.env['CHROMIUM_PATH'])
})
afterAll(() => sight.close())

const enter = async (address: string, prepare: (page: Page) => Promise<void> = async () => {}) => {
  const { page } = await sight.open()
  await prepare(page)
  await page.goto(`${sight.stack.origin}${address}`)
  await signIn(page, sight.admin)
  await page.locator('nav[aria-label=Pages]').waitFor()
  return page
}
/** As somebody else, who has another page open. */
const send = async (page: Page, path: string, data: object): Promise<void> => {
  const answer = await page.request.post(`${sight.stack.origin}/api${path}`, {
    data,
    headers: { origin: sight.stack.origin },
  })
  expect([answer.status(), await answer.text()]).toEqual([200, expect.anything()])
}
const server = { namespace: 'mcp-servers', serverRef: { name: 'workspace-assistant' } }
const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString()

test('of what two changed at once, each may choose: nothing is overwritten, nothing typed is lost', async () => {
  const page = await enter('/access')
  const grant = {
    ...server,
    name: 'changed-at-once',
    subject: { agentID: 'twice-bot' },
    maxTrust: 'low',
    allowedSideEffects: ['read'],
    notAfter: minutes(30),
  }
  await send(page, '/runtime/grants', grant)
  await page.goto(`${sight.stack.origin}/access?edit-grant=mcp-servers/changed-at-once`)
  const form = page.getByRole('dialog', { name: 'Edit grant changed-at-once' })
  await form.getByRole('radio', { name: 'high' }).check()
  await form.getByLabel('Human').first().fill('ada@example.org')
  await send(page, '/runtime/grants', { ...grant, maxTrust: 'medium', allowedSideEffects: ['read', 'write'] })
  await form.getByRole('button', { name: 'Save grant' }).click()
  await form.getByText('Somebody else changed this since you opened it').waitFor()
  await form.getByRole('button', { name: 'Load the newer state' }).click()
  await form.getByText('trust was “low”, is now “medium” – this form has “high”.').waitFor()
  await form.getByText('side effects was “read”, is now “read, write”.').waitFor()
  expect(await form.getByLabel('Human').first().inputValue()).toBe('ada@example.org')
  await form.getByRole('button', { name: 'Take what is there now' }).click()
  await form.getByRole('button', { name: 'Save grant' }).click()
  const saved = page.getByRole('dialog', { name: 'Grant changed-at-once', exact: true })
  await saved.getByText('ada@example.org').waitFor()
  await saved.getByText('medium', { exact: true }).waitFor()
  await saved.getByText('write', { exact: true }).waitFor()
})

test.each([
  ['has a member that nobody knows', { colour: 'green' }, undefined],
  ['lacks a member', { maxTrust: undefined }, 'grants/0/maxTrust'],
  ['has a value that nobody knows', { maxTrust: 'ultra' }, 'grants/0/maxTrust'],
])('an answer of another version that %s', async (_, change, place) => {
  const page = await enter('/teams', async (opened) => {
    await opened.route('**/api/runtime/grants?*', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { readonly grants: readonly object[] }
      const grants = body.grants.map((grant) => ({ ...grant, ...change }))
      await route.fulfill({ response: answer, json: { ...body, grants } })
    })
  })
  await page.getByRole('link', { name: 'Access control' }).click()
  if (place === undefined) await page.getByRole('row').filter({ hasText: 'ops-agent' }).first().waitFor()
  else await page.getByText(`The answer is not what this page expects at ${place}.`).waitFor()
  // What else the page has is there.
  await page.getByRole('tab', { name: /^Sessions/ }).click()
  await page.getByRole('row').filter({ hasText: 'sess-demo' }).waitFor()
})

test.each([
  ['ten minutes ahead', 10],
  ['ten minutes behind', -10],
])(
  'what is left of a session is told by the time of the API, in a browser whose clock is %s',
  async (_, by) => {
    const page = await enter('/keys', async (opened) => {
      await opened.addInitScript(shiftedClock(by * 60_000))
    })
    const name = `clock-${by > 0 ? 'ahead' : 'behind'}`
    await send(page, '/runtime/sessions', {
      ...server,
      name,
      subject: { agentID: 'clock-bot' },
      consentedTrust: 'low',
      expiresAt: minutes(5),
    })
    await page.goto(`${sight.stack.origin}/access?view=sessions&sessions=${name}`)
    const row = page.getByRole('row').filter({ hasText: name })
    await row.getByText(/^(5m|4m( \d+s)?) left$/).waitFor()
  },
)

/** In the page: all that asks for the time is told another. */
const shiftedClock = (byMs: number) => `{
  const Real = Date
  window.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + ${byMs})
      else super(...given)
    }
    static now() {
      return Real.now() + ${byMs}
    }
  }
}`
