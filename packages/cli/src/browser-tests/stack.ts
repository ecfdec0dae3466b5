import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Login } from '../logins.ts'
import { type Up, up } from '../up.ts'

export interface Sight {
  readonly stack: Up
  /** A page of its own; what it complains of is in `complaints`. */
  readonly open: (
    options?: BrowserContextOptions,
  ) => Promise<{ readonly page: Page; readonly complaints: string[] }>
  readonly admin: Login
  readonly close: () => Promise<void>
}

/** The stack of one machine, and a browser to see it with. */
export const openSight = async (chromiumPath = '/usr/bin/chromium'): Promise<Sight> => {
  const parts = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'sight-'))
  parts.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  const stack = await up({ directory, port: 0, print: () => {} })
  parts.defer(stack.close)
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    // Tests run as root where they run in a container, and Chromium's sandbox does not.
    args: ['--no-sandbox'],
  })
  parts.defer(() => browser.close())
  const [admin] = stack.logins
  if (admin === undefined) throw new Error('nobody can log in')
  return {
    stack,
    admin,
    open: async (options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', ({ message }) => complaints.push(message))
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(`${line.text()} ${line.location().url}`.trim())
      })
      return { page, complaints }
    },
    close: () => parts.disposeAsync(),
  }
}

/** By hand, as a person does. */
export const signIn = async (page: Page, { email, password }: Login): Promise<void> => {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
