import { createServer } from 'node:net'
import { chromium } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { startProviderWorld } from '../contract-tests/provider-world.ts'

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('a browser goes to the provider, which is another site, and comes back signed in to where it was', async () => {
  const parts = new AsyncDisposableStack()
  onTestFinished(() => parts.disposeAsync())
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  // By another name it is another site, whose links a browser follows without cookies that are strict.
  const world = await startProviderWorld({
    host: 'localhost',
    redirectUrl: `${origin}/auth/oidc/callback`,
  })
  parts.defer(world.close)
  await world.dashboard.listen({ host: '127.0.0.1', port })
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  parts.defer(() => browser.close())
  const page = await browser.newPage()

  world.provider.says.claims = { sub: 'eve', email: 'eve@example.org', email_verified: false }
  await page.goto(`${origin}/keys`)
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByRole('alert').getByText('Example has not verified your e-mail address.').waitFor()

  world.provider.says.claims = {}
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/keys')
  await page.getByText('ada@example.org').waitFor()
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['mcp_session'])

  // What was good once leads nobody in again, and who is in stays in.
  const back = `${origin}/auth/oidc/callback?code=any&state=of-no-sign-in`
  await page.goto(back)
  await page.getByRole('alert').getByText('This sign-in was not begun in this browser').waitFor()
  await page.goto(`${origin}/keys`)
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor()
})
