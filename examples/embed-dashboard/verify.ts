import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Browser } from 'happy-dom'
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

/** Builds the application and opens it; gives what was not as it should be. */
export const verify = async (print: (line: string) => void): Promise<string[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'embed-dashboard-'))
  const root = fileURLToPath(new URL('.', import.meta.url))
  await build({ root, logLevel: 'warn', build: { outDir: directory, emptyOutDir: true } })
  const { server, origin } = await serve(directory)
  const browser = new Browser({
    settings: {
      enableJavaScriptEvaluation: true,
      enableCSSFileLoading: true,
      suppressInsecureJavaScriptEnvironmentWarning: true,
    },
  })
  const faults: string[] = []
  const expectThat = (what: string, found: unknown, wanted: unknown): void => {
    print(`  ${found === wanted ? '✓' : '✗'} ${what}: ${found}`)
    if (found !== wanted) faults.push(`${what}: ${found} instead of ${wanted}`)
  }
  try {
    const page = browser.newPage()
    await page.goto(`${origin}/`)
    const { document } = page.mainFrame
    const until = Date.now() + 20_000
    while (!document.body.textContent.includes('1,234') && Date.now() < until) await setTimeout(20)

    const sentinel = document.querySelector('.sentinel')
    const style = sentinel && page.mainFrame.window.getComputedStyle(sentinel)
    const token = (name: string) => style?.getPropertyValue(name).trim()
    expectThat('the application is still there', document.querySelector('header')?.textContent, 'Orchard')
    expectThat('the page within it', sentinel?.querySelector('h1')?.textContent, 'What agents do here')
    expectThat('shows the calls of the API', sentinel?.textContent.includes('1,234'), true)
    expectThat('and why some were refused', sentinel?.textContent.includes('trust too low'), true)
    expectThat('in the colour of the application', token('--s-accent'), '#1c5d3a')
    expectThat('and in those of the package where it says none', Boolean(token('--s-surface')), true)
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
    await rm(directory, { recursive: true })
  }
  return faults
}

if (import.meta.main) {
  const faults = await verify((line) => console.log(line))
  console.log(faults.length === 0 ? '\nAll is as it should be.' : `\n${faults.join('\n')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
