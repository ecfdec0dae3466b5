import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const none: readonly unknown[] = []
/** What an API answers of a week in which one agent made 1,234 calls. */
const answers: Readonly<Record<string, object>> = {
  '/api/auth/me': {
    authenticated: true,
    sharedCatalogNamespace: 'mcp-servers',
    principal: {
      ...{ role: 'admin', subject: 'u1', auth_type: 'session' },
      ...{ allowedNamespaces: none, teams: none, scopes: none },
    },
  },
  '/api/analytics/usage': {
    totals: {
      ...{ events: 1234, allowed: 1200, denied: 34 },
      ...{ unique_servers: 1, unique_humans: 0, unique_agents: 1, unique_sessions: 0 },
    },
    ...{
      servers: none,
      actors: none,
      tools: none,
      decisions: none,
      series: none,
      recent: none,
      latency: none,
    },
    refusals: [{ reason: 'trust_too_low', events: 34 }],
    names: {},
    window_days: 7,
    filters: { namespaces: none, team_ids: none },
  },
}
const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

/** What vite built, and beside it an API. */
const serve = async (directory: string) => {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname
    if (path.startsWith('/api/')) {
      response.statusCode = answers[path] ? 200 : 404
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path] ?? {}))
    }
    const file = path === '/' ? '/index.html' : path
    const bytes = await readFile(join(directory, file)).catch(() => undefined)
    response.statusCode = bytes ? 200 : 404
    return response.setHeader('content-type', types[file.split('.').at(-1) ?? ''] ?? 'text/plain').end(bytes)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

export interface VerifyOptions {
  readonly print: (line: string) => void
  /** Of a Chromium. */
  readonly chromiumPath: string
  /** Where a picture of it goes. */
  readonly picture?: string | undefined
}

/** Builds the application and opens it; gives what was not as it should be. */
export const verify = async ({ print, chromiumPath, picture }: VerifyOptions): Promise<string[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'embed-dashboard-'))
  const root = fileURLToPath(new URL('.', import.meta.url))
  await build({ root, logLevel: 'warn', build: { outDir: directory, emptyOutDir: true } })
  const { server, origin } = await serve(directory)
  // Chromium's own sandbox does not run as root, which whoever is in a container is.
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  const faults: string[] = []
  const expectThat = (what: string, found: unknown, wanted: unknown): void => {
    print(`  ${found === wanted ? '✓' : '✗'} ${what}: ${found}`)
    if (found !== wanted) faults.push(`${what}: ${found} instead of ${wanted}`)
  }
  try {
    const page = await browser.newPage()
    page.on('pageerror', ({ message }) => faults.push(message))
    await page.goto(`${origin}/`)
    const within = page.locator('.sentinel')
    const isShown = (text: string) =>
      within
        .getByText(text)
        .first()
        .waitFor()
        .then(
          () => true,
          () => false,
        )
    const token = (name: string) =>
      within.evaluate((element, of) => getComputedStyle(element).getPropertyValue(of).trim(), name)
    expectThat('shows the calls of the API', await isShown('1,234'), true)
    expectThat('and why some were refused', await isShown('trust too low'), true)
    expectThat(
      'the application is still there',
      await page.locator('header').first().textContent(),
      'Orchard',
    )
    expectThat('the page within it', await within.locator('h1').textContent(), 'What agents do here')
    expectThat('in the colour of the application', await token('--s-accent'), '#1c5d3a')
    expectThat('and in those of the package where it says none', Boolean(await token('--s-surface')), true)
    const header = within.locator('header').first()
    const ground = await header.evaluate((element) => getComputedStyle(element).backgroundColor)
    expectThat('not by what the application says of its own header', ground, 'rgba(0, 0, 0, 0)')
    if (picture !== undefined) await page.screenshot({ path: picture })
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
    await rm(directory, { recursive: true })
  }
  return faults
}

if (import.meta.main) {
  const [picture, chromiumPath = '/usr/bin/chromium'] = process.argv.slice(2)
  const faults = await verify({ print: (line) => console.log(line), chromiumPath, picture })
  console.log(faults.length === 0 ? '\nAll is as it should be.' : `\n${faults.join('\n')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
