import { ApiError } from '@mcp-sentinel/contract/client'
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import type { SentinelEvent } from '../events/event-record.ts'
import type { EventFilters } from '../events/use-events.ts'
import { waitAfter } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { type LiveRows, liveRowsMax, noRows, withArrivals } from './live-rows.ts'

const drawEveryMs = 100
const retryMinMs = 1_000
const retryMaxMs = 15_000

export type TailState = 'off' | 'connecting' | 'live' | 'broken' | 'refused'

export interface LiveTailOptions {
  readonly filters: Readonly<Ref<EventFilters>>
  readonly isOn: Readonly<Ref<boolean>>
  readonly isPaused: Readonly<Ref<boolean>>
  /** The newest so many come first. */
  readonly backfill: Readonly<Ref<number>>
}

/** How far a stream was followed, and how long to wait before it is asked for again. */
interface Place {
  lastEventId: string | undefined
  retryMs: number
}

interface Streamed {
  readonly name: string
  readonly data: unknown
}

/** Events as they happen, for as long as somebody looks; a stream that breaks off goes on where it was. */
export const useLiveTail = ({ filters, isOn, isPaused, backfill }: LiveTailOptions) => {
  const { client } = useSentinel()
  const rows = shallowRef<LiveRows<SentinelEvent>>(noRows)
  const state = ref<TailState>('off')
  const error = shallowRef<unknown>()
  const dropped = ref(0)

  let arrivals: SentinelEvent[] = []
  /** A stream that goes on after a break tells some events again. */
  let known = new Set<string>()
  const isNew = ({ id }: SentinelEvent): boolean => {
    if (known.has(id)) return false
    const { shown, held } = rows.value
    if (known.size >= 2 * liveRowsMax) known = new Set([...shown, ...held, ...arrivals].map((row) => row.id))
    known.add(id)
    return true
  }
  const draw = () => {
    if (arrivals.length === 0) return
    rows.value = withArrivals(rows.value, arrivals, isPaused.value)
    arrivals = []
  }

  const take = ({ name, data }: Streamed) => {
    if (name === 'event') {
      if (isNew(data as SentinelEvent)) arrivals.push(data as SentinelEvent)
    } else if (name === 'live') {
      // What there was before is here by now: nobody is to read that there is nothing.
      draw()
      state.value = 'live'
    } else if (name === 'dropped') dropped.value += (data as { readonly count: number }).count
  }

  /** Until the stream ends; false when there is no point in asking again. */
  const followOnce = async (signal: AbortSignal, place: Place): Promise<boolean> => {
    const { since: _, until: __, ...asked } = filters.value
    const query = { ...asked, backfill: place.lastEventId === undefined ? backfill.value : 0 }
    const options = { signal, lastEventId: place.lastEventId }
    try {
      for await (const streamed of client.analytics.live({ query }, options)) {
        place.lastEventId = streamed.id ?? place.lastEventId
        place.retryMs = retryMinMs
        take(streamed)
      }
      return true
    } catch (failure) {
      error.value = failure
      if (!(failure instanceof ApiError)) return true
      const waitMs = waitAfter(failure)
      // Who was told to wait waits; who was signed out is asked to sign in, and then it goes on.
      if (failure.retryAfterS !== undefined) place.retryMs = Math.max(place.retryMs, waitMs ?? 0)
      return waitMs !== undefined || failure.status < 400
    }
  }

  const follow = async (signal: AbortSignal) => {
    const place: Place = { lastEventId: undefined, retryMs: retryMinMs }
    for (;;) {
      const isWorthIt = await followOnce(signal, place)
      if (signal.aborted) return
      state.value = isWorthIt ? 'broken' : 'refused'
      if (!isWorthIt) return
      await pause(place.retryMs, signal)
      place.retryMs = Math.min(retryMaxMs, place.retryMs * 2)
    }
  }

  let stop = new AbortController()
  const timer = setInterval(draw, drawEveryMs)
  const begin = () => {
    stop.abort()
    arrivals = []
    known = new Set()
    rows.value = noRows
    dropped.value = 0
    error.value = undefined
    state.value = isOn.value ? 'connecting' : 'off'
    stop = new AbortController()
    if (isOn.value) void follow(stop.signal)
  }
  // Equal filters are the same filters, though an address was written anew.
  watch([isOn, () => JSON.stringify(filters.value), backfill], begin, { immediate: true })
  watch(isPaused, (paused) => {
    if (!paused) rows.value = withArrivals(rows.value, [], false)
  })
  onScopeDispose(() => {
    stop.abort()
    clearInterval(timer)
  })
  return { rows, state, error, dropped, again: begin }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
