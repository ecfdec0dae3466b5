// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import { useLiveTail } from './use-live-tail.ts'

const event = (id: string) => ({
  id,
  timestamp: '2026-06-01T00:00:00Z',
  received_at: '2026-06-01T00:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
})

/** A stream that a test writes to. */
const openStream = () => {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
  })
  return {
    body,
    send: (name: string, data: object, id = '') =>
      controller.enqueue(
        encoder.encode(`${id && `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
      ),
    end: () => controller.close(),
  }
}

let streams: ReturnType<typeof openStream>[] = []
let asked: { readonly url: string; readonly headers: Record<string, string> }[] = []
let status = 200
beforeEach(() => {
  streams = []
  asked = []
  status = 200
  vi.useFakeTimers()
  vi.stubGlobal('fetch', async (url: string, { headers }: { readonly headers: Record<string, string> }) => {
    asked.push({ url, headers })
    if (status !== 200)
      return Response.json({ error: 'forbidden', message: 'no', request_id: '1' }, { status })
    const stream = openStream()
    streams.push(stream)
    return new Response(stream.body)
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const start = () => {
  const filters = ref<{ readonly server?: string }>({ server: 'payments' })
  const isPaused = ref(false)
  let tail: ReturnType<typeof useLiveTail> | undefined
  const Watching = defineComponent(() => {
    tail = useLiveTail({ filters, isOn: ref(true), isPaused, backfill: ref(50) })
    return () => h('p')
  })
  const root = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(Watching))),
  )
  if (tail === undefined) throw new Error('nothing was mounted')
  return { tail, filters, isPaused, close: () => root.unmount() }
}

const settle = async (ms = 100) => {
  await flushPromises()
  await vi.advanceTimersByTimeAsync(ms)
  await flushPromises()
}
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

test('what happens is shown, newest first, and counted while it is paused', async () => {
  const { tail, isPaused, close } = start()
  await settle()
  expect(asked[0]?.url).toBe('/api/events/live?server=payments&backfill=50')
  streams[0]?.send('event', event('1'), 'a')
  streams[0]?.send('live', { backfilled: 1 })
  streams[0]?.send('event', event('2'), 'b')
  await settle()
  expect(tail.state.value).toBe('live')
  expect(idsOf(tail.rows.value.shown)).toEqual(['2', '1'])
  isPaused.value = true
  streams[0]?.send('event', event('3'), 'c')
  streams[0]?.send('dropped', { count: 4 })
  await settle()
  expect(idsOf(tail.rows.value.shown)).toEqual(['2', '1'])
  expect(tail.rows.value.held.length).toBe(1)
  expect(tail.dropped.value).toBe(4)
  isPaused.value = false
  await settle()
  expect(idsOf(tail.rows.value.shown)).toEqual(['3', '2', '1'])
  close()
})

test('by the time that a stream is live what there was before is shown', async () => {
  const { tail, close } = start()
  await settle()
  streams[0]?.send('event', event('1'), 'a')
  streams[0]?.send('live', { backfilled: 1 })
  await vi.waitFor(() => expect(tail.state.value).toBe('live'))
  expect(idsOf(tail.rows.value.shown)).toEqual(['1'])
  close()
})

test('a stream that breaks off goes on where it was', async () => {
  const { tail, close } = start()
  await settle()
  streams[0]?.send('event', event('1'), 'a')
  streams[0]?.end()
  await settle()
  expect(tail.state.value).toBe('broken')
  await settle(1_000)
  expect(asked[1]?.headers['last-event-id']).toBe('a')
  expect(asked[1]?.url).toContain('backfill=0')
  // What stood on both sides of the break is told again.
  streams[1]?.send('event', event('1'), 'a')
  streams[1]?.send('event', event('2'), 'b')
  await settle()
  expect(idsOf(tail.rows.value.shown)).toEqual(['2', '1'])
  close()
})

test('a refusal is told, and not tried again', async () => {
  status = 403
  const { tail, close } = start()
  await settle()
  await settle(60_000)
  expect(tail.state.value).toBe('refused')
  expect(tail.error.value).toMatchObject({ status: 403 })
  expect(asked.length).toBe(1)
  close()
})

test('who was signed out and signs in again watches on', async () => {
  status = 401
  const { tail, close } = start()
  await settle()
  expect(tail.state.value).toBe('broken')
  status = 200
  await settle(20_000)
  streams[0]?.send('live', { backfilled: 0 })
  await settle()
  expect(tail.state.value).toBe('live')
  close()
})

test('other filters are another stream; the same ones, written anew, are not', async () => {
  const { filters, close } = start()
  await settle()
  filters.value = { server: 'payments' }
  await settle()
  expect(asked.length).toBe(1)
  filters.value = { server: 'billing' }
  await settle()
  expect(asked[1]?.url).toContain('server=billing')
  close()
  await settle(60_000)
  expect(asked.length).toBe(2)
})
