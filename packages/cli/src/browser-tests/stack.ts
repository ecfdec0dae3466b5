import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Login } from '../logins.ts'
import { type Up, up } from '../up.ts'

/** What is looked at: where it is, and who may sign in. */
export type Stack = Pick<Up, 'url' | 'origin' | 'logins'>

export interface Sight {
  readonly stack: Stack
  /** A page of its own; what it complains of is in `complaints`. */
  readonly open: (
    options?: BrowserContextOptions,
  ) => Promise<{ readonly page: Page; readonly complaints: string[] }>
  readonly admin: Login
  readonly user: Login
  readonly close: () => Promise<void>
}

/** The stack of one machine, kept nowhere. */
export const openStack = async (): Promise<Up> => {
  const directory = await mkdtemp(join(tmpdir(), 'sight-'))
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 5 })
  try {
    const stack = await up({ directory, port: 0, print: () => {} })
    return { ...stack, close: () => stack.close().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A browser to see a stack with. */
export const lookAt = async (stack: Stack, chromiumPath = '/usr/bin/chromium'): Promise<Sight> => {
  const [admin, user] = stack.logins
  if (admin === undefined || user === undefined) throw new Error('nobody can log in')
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    // Tests run as root where they run in a container, and Chromium's sandbox does not.
    args: ['--no-sandbox'],
  })
  return {
    stack,
    admin,
    user,
    open: async (options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      // A script that catches what it tried in vain says nothing of it, and the browser does.
      await context.addInitScript(tellViolations)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', ({ message }) => complaints.push(message))
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(`${line.text()} ${line.location().url}`.trim())
      })
      return { page, complaints }
    },
    close: () => browser.close(),
  }
}

/** A stack and a browser that nobody else has. */
export const openSight = async (chromiumPath?: string): Promise<Sight> => {
  const stack = await openStack()
  try {
    const sight = await lookAt(stack, chromiumPath)
    return { ...sight, close: () => sight.close().finally(stack.close) }
  } catch (error) {
    await stack.close()
    throw error
  }
}

const tellViolations = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
  console.error('against the content security policy:', violatedDirective, blockedURI, sourceFile))`

/** By hand, as a person does. */
export const signIn = async (page: Page, { email, password }: Login): Promise<void> => {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** As a browser tells a page that somebody looks at it again. */
export const comeBackTo = async (page: Page): Promise<void> => {
  await page.bringToFront()
  await page.evaluate(
    "for (const told of ['visibilitychange', 'focus']) window.dispatchEvent(new Event(told))",
  )
}
