import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { openSight, signIn } from '../packages/cli/src/browser-tests/stack.ts'
import { makeSampleCall, sampleCalls } from '../packages/cli/src/sample-calls.ts'
import { type Bench, rounded } from './report.ts'

const pageRows = 1_000

/** A page of the API's events, older than the one before. */
const eventsPage = (page: number, pages: number): object => ({
  events: Array.from({ length: pageRows }, (_, at) => ({
    timestamp: new Date(Date.UTC(2026, 5, 1) - (page * pageRows + at) * 1000).toISOString(),
    received_at: new Date(Date.UTC(2026, 5, 1)).toISOString(),
    source: 'gateway',
    event_type: 'mcp.request',
    server: `server-${at % 7}`,
    namespace: 'mcp-servers',
    human_id: `user-${at % 90}`,
    agent_id: `agent-${at % 30}`,
    decision: at % 5 === 0 ? 'deny' : 'allow',
    reason: at % 5 === 0 ? 'trust_too_low' : 'allowed',
    tool_name: `tool_${at % 40}`,
    id: randomUUID(),
  })),
  meta: {
    limit: pageRows,
    has_more: page + 1 < pages,
    ...(page + 1 < pages ? { next_cursor: String(page + 1) } : {}),
  },
})

interface Traced {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds; of its thread alone the second. */
  readonly dur?: number
  readonly tdur?: number
}
interface Task {
  readonly ms: number
  /** Of which the thread ran; the rest of the machine had the rest. */
  readonly cpuMs: number
}

/** The tasks of the thread that draws the page, longest first, as Chromium itself notes them. */
const tasksWhile = async (page: Page, act: () => Promise<void>): Promise<readonly Task[]> => {
  const browser = page.context().browser()
  if (browser === null) throw new Error('the browser is gone')
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: Traced[] }
  const layout = traceEvents.find(({ name }) => name === 'Layout')
  if (layout === undefined) throw new Error('nothing was drawn')
  return traceEvents
    .filter(({ name, pid, tid }) => /\bRunTask$/.test(name) && pid === layout.pid && tid === layout.tid)
    .map(({ dur = 0, tdur = 0 }) => ({ ms: dur / 1000, cpuMs: tdur / 1000 }))
    .toSorted((a, b) => b.ms - a.ms)
}

const firstDataMs = async (page: Page, origin: string, rounds: number): Promise<readonly number[]> => {
  const took: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await page.goto('about:blank')
    const began = performance.now()
    await page.goto(`${origin}/events`)
    await page.getByRole('row').nth(1).waitFor()
    took.push(performance.now() - began)
  }
  return took.sort((a, b) => a - b)
}

const scrollTasks = async (page: Page, origin: string, rows: number): Promise<readonly Task[]> => {
  const pages = rows / pageRows
  await page.route(/\/api\/events\?/, (route) => {
    const cursor = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    return route.fulfill({ json: eventsPage(cursor, pages) })
  })
  await page.goto(`${origin}/events?live=off&limit=${pageRows}`)
  const grid = page.getByRole('grid', { name: 'Events' })
  const older = page.getByRole('button', { name: 'Load older events' })
  for (let loaded = 1; loaded < pages; loaded += 1) {
    await older.click()
    await page.locator(`[aria-rowcount="${(loaded + 1) * pageRows + 1}"]`).waitFor()
  }
  const box = await grid.boundingBox()
  if (box === null) throw new Error('the table is not seen')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  return tasksWhile(page, async () => {
    for (let turn = 0; turn < 200; turn += 1) await page.mouse.wheel(0, turn % 4 === 0 ? 20_000 : 600)
    await page.waitForTimeout(500)
  })
}

export const bench: Bench = async ({ quick }) => {
  const sight = await openSight(process.env['CHROMIUM_PATH'])
  try {
    for (const call of sampleCalls) await makeSampleCall(sight.stack.url, call)
    const { page } = await sight.open()
    await page.goto(`${sight.stack.origin}/events`)
    await signIn(page, sight.admin)
    await page.getByRole('row').nth(1).waitFor()
    const took = await firstDataMs(page, sight.stack.origin, quick ? 5 : 15)
    const rows = quick ? 10_000 : 100_000
    const tasks = await scrollTasks(page, sight.stack.origin, rows)
    const p50 = took[Math.floor(took.length / 2)] ?? Number.NaN
    console.log(
      `first data after ${rounded(p50)} ms (median of ${took.length}), at most ${rounded(took.at(-1) ?? Number.NaN)} ms`,
    )
    const longest = tasks[0] ?? { ms: Number.NaN, cpuMs: Number.NaN }
    const busiest = Math.max(...tasks.map(({ cpuMs }) => cpuMs))
    console.log(
      `longest task while scrolling ${rows} events: ${rounded(longest.ms)} ms, of which it ran for ${rounded(longest.cpuMs)}; no task ran for more than ${rounded(busiest)}`,
    )
    return {
      figures: {
        first_data_p50_ms: rounded(p50),
        longest_task_ms: rounded(longest.ms),
        longest_task_cpu_ms: rounded(busiest),
        rows,
      },
      goals: { first_data_p50_ms: '<= 1500', longest_task_ms: '<= 50' },
    }
  } finally {
    await sight.close()
  }
}
