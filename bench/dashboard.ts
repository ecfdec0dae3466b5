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

/** Notes how long each task takes that is long enough to be told. */
const watchTasks = `window.tasks = []; new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.tasks.push(duration)
}).observe({ type: 'longtask' })`

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

const longestTaskMs = async (page: Page, origin: string, rows: number): Promise<number> => {
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
  await page.evaluate(watchTasks)
  const box = await grid.boundingBox()
  if (box === null) throw new Error('the table is not seen')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  for (let turn = 0; turn < 200; turn += 1) await page.mouse.wheel(0, turn % 4 === 0 ? 20_000 : 600)
  await page.waitForTimeout(500)
  const tasks = (await page.evaluate('window.tasks')) as readonly number[]
  return Math.max(0, ...tasks)
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
    const longest = await longestTaskMs(page, sight.stack.origin, rows)
    const p50 = took[Math.floor(took.length / 2)] ?? Number.NaN
    console.log(
      `first data after ${rounded(p50)} ms (median of ${took.length}), at most ${rounded(took.at(-1) ?? Number.NaN)} ms`,
    )
    console.log(
      `longest task while scrolling ${rows} events: ${longest === 0 ? 'none of 50 ms' : `${rounded(longest)} ms`}`,
    )
    return {
      figures: { first_data_p50_ms: rounded(p50), longest_task_ms: rounded(longest), rows },
      goals: { first_data_p50_ms: '<= 1500', longest_task_ms: '<= 50' },
    }
  } finally {
    await sight.close()
  }
}
