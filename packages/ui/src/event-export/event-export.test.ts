// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import ExportStatus from './ExportStatus.vue'
import { exportEventsMax, useExport } from './use-export.ts'

const event = (at: number, more: object = {}) => ({
  id: String(at),
  timestamp: '2026-06-01T00:00:00Z',
  received_at: '2026-06-01T00:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  payload: { latency_ms: 1.5, arguments: { amount: 7 } },
  ...more,
})
type Answer = (cursor: number, limit: number) => Response | Promise<Response>
/** As an API does that holds so many events. */
const events =
  (count: number, more: object = {}): Answer =>
  (cursor, limit) => {
    const page = Array.from({ length: Math.min(limit, count - cursor) }, (_, at) => event(cursor + at, more))
    const next = cursor + page.length
    const meta = {
      limit,
      has_more: next < count,
      ...(next < count ? { next_cursor: String(next) } : {}),
    }
    return Response.json({ events: page, meta })
  }

let saved: { readonly name: string; readonly blob: Blob }[] = []
let root: VueWrapper | undefined
beforeEach(() => {
  saved = []
  let last: Blob
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    last = blob as Blob
    return 'blob:one'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, blob: last })
  })
})
afterEach(() => {
  root?.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const start = (given: Answer) => {
  const answer = { now: given }
  const asked: string[] = []
  vi.stubGlobal('fetch', (address: string, { signal }: { readonly signal?: AbortSignal }) => {
    asked.push(address)
    const { searchParams } = new URL(address, 'http://sentinel.test')
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      void (async () =>
        resolve(
          await answer.now(Number(searchParams.get('cursor') ?? 0), Number(searchParams.get('limit'))),
        ))()
    })
  })
  const filters = ref({ decision: 'deny' })
  let exporting: ReturnType<typeof useExport> | undefined
  const Exporting = defineComponent(() => {
    const given = useExport(filters)
    exporting = given
    return () =>
      h(ExportStatus, {
        state: given.state.value,
        onStop: given.stop,
        onGoOn: () => void given.goOn(),
        onSave: given.saveWhatCame,
        onDiscard: given.discard,
      })
  })
  root = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(Exporting))),
  )
  if (exporting === undefined) throw new Error('nothing was mounted')
  return { exporting, asked, answer, filters, shown: root }
}
const says = (shown: VueWrapper) => shown.get('[role=status]').text()
const press = async (shown: VueWrapper, name: string) => {
  await shown
    .findAll('button')
    .find((button) => button.text() === name)
    ?.trigger('click')
  await flushPromises()
}
const linesOf = async (at = 0) => (await saved[at]?.blob.text())?.trimEnd().split(/\r?\n/) ?? []

test('all that the filters match is saved, page by page, as the API gives it', async () => {
  const { exporting, asked, shown } = start(events(2_345))
  await exporting.begin('NDJSON')
  expect(asked).toEqual([
    '/api/events?decision=deny&limit=1000',
    '/api/events?decision=deny&limit=1000&cursor=1000',
    '/api/events?decision=deny&limit=1000&cursor=2000',
  ])
  expect(saved[0]?.name).toMatch(/^events-\d{8}T\d{6}Z\.ndjson$/)
  const lines = await linesOf()
  expect(lines.length).toBe(2_345)
  expect(lines.map((line) => JSON.parse(line))[2_344]).toEqual(event(2_344))
  expect(says(shown)).toBe('Saved 2,345 events.')
})

test('a spreadsheet gets the columns that have a name, and nothing to compute', async () => {
  const { exporting } = start(events(1, { tool_name: '=cmd|calc', human_id: 'ada, "the first"' }))
  await exporting.begin('CSV')
  const [head = '', line = ''] = await linesOf()
  expect(head.split(',').slice(0, 4)).toEqual(['timestamp', 'received_at', 'id', 'decision'])
  expect(line).toContain(`,'=cmd|calc,"ada, ""the first""",`)
  expect(line).toContain(',1.5,')
})

test.each([
  ['CSV', /^"?Only the newest 50000 events are here; older ones match, too\."?,+$/],
  ['NDJSON', /^\{"incomplete_export":\{"events":50000,"note":"Only/],
] as const)('a %s that is as long as one may be says that it was cut', async (format, last) => {
  const { exporting, asked, shown } = start(events(exportEventsMax + 1))
  await exporting.begin(format)
  expect(asked.length).toBe(50)
  expect(saved[0]?.name).toContain('-cut.')
  const lines = await linesOf()
  expect(lines.at(-1)).toMatch(last)
  expect(lines.length).toBe(exportEventsMax + (format === 'CSV' ? 2 : 1))
  await flushPromises()
  expect(says(shown)).toContain('Saved the newest 50,000 events')
})

test('what came before a failure is kept: it is gone on with where it broke off', async () => {
  const { exporting, answer, shown } = start((cursor, limit) =>
    cursor === 0
      ? events(1_500)(cursor, limit)
      : Response.json(
          { error: 'analytics_unavailable', message: 'the store is away', request_id: '1' },
          { status: 503 },
        ),
  )
  await exporting.begin('NDJSON')
  await flushPromises()
  expect(says(shown)).toContain('after 1,000 events')
  expect(saved).toEqual([])
  answer.now = events(1_500)
  await press(shown, 'Go on')
  await vi.waitFor(() => expect(says(shown)).toBe('Saved 1,500 events.'))
  expect((await linesOf()).map((line) => JSON.parse(line).id)).toEqual(
    Array.from({ length: 1_500 }, (_, at) => String(at)),
  )
})

test('what came before a failure is saved as it is, and says that some is missing', async () => {
  const { exporting, shown } = start((cursor, limit) =>
    cursor === 0 ? events(1_500)(cursor, limit) : new Response('nothing', { status: 502 }),
  )
  await exporting.begin('NDJSON')
  await flushPromises()
  await press(shown, 'Save 1,000 events')
  expect(saved[0]?.name).toContain('-incomplete.')
  const lines = await linesOf()
  expect(lines.length).toBe(1_001)
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ incomplete_export: { events: 1_000 } })
})

test('it stops when it is told to, and begins anew with the filters of then', async () => {
  const { exporting, asked, answer, filters, shown } = start(() => new Promise(() => {}))
  void exporting.begin('CSV')
  await flushPromises()
  expect(says(shown)).toBe('Exporting: 0 events so far')
  await press(shown, 'Stop export')
  expect(says(shown)).toBe('Stopped after 0 events.')
  await press(shown, 'Discard')
  expect(shown.find('[role=status]').exists()).toBe(false)
  filters.value = { decision: 'allow' }
  answer.now = events(1)
  await exporting.begin('CSV')
  expect(asked.at(-1)).toBe('/api/events?decision=allow&limit=1000')
  expect(saved.length).toBe(1)
})
