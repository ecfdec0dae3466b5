/** What is looked at of the time that has passed: up to now, between two instants, or all of it. */
export type Span =
  | { readonly kind: 'last'; readonly window: TimeWindow }
  | { readonly kind: 'between'; readonly since: string; readonly until: string }
  | { readonly kind: 'all' }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const lengthsMs = {
  '1h': hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '30d': 30 * dayMs,
  '90d': 90 * dayMs,
  '365d': 365 * dayMs,
} as const

export type TimeWindow = keyof typeof lengthsMs
export const timeWindows = Object.keys(lengthsMs) as readonly TimeWindow[]

export const windowWords: Readonly<Record<TimeWindow, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '365d': 'Last year',
}

/** Those that calls can be counted by, whose days are whole. */
export const countedWindows = timeWindows.filter((window) => window !== '1h')

/** As an address has it; either end may be left out, of what lies between. */
export interface SpanInAddress {
  readonly window?: string
  readonly since?: string
  readonly until?: string
}

export const spanIn = (
  { window = '', since = '', until = '' }: SpanInAddress,
  fallback: TimeWindow | 'all',
): Span => {
  if (since !== '' || until !== '') return { kind: 'between', since, until }
  const chosen = timeWindows.find((one) => one === window) ?? fallback
  return chosen === 'all' ? { kind: 'all' } : { kind: 'last', window: chosen }
}

/** Where a span begins; undefined where it has no beginning. */
export const beginOf = (span: Span, nowMs: number): number | undefined => {
  if (span.kind === 'last') return nowMs - lengthsMs[span.window]
  const since = span.kind === 'between' ? Date.parse(span.since) : Number.NaN
  return Number.isNaN(since) ? undefined : since
}

const daysMax = 365

/** Calls are counted by whole days up to now: so many as hold all of the span, and whether that is more than it. */
export const daysOf = (span: Span, nowMs: number): { readonly days: number; readonly isMore: boolean } => {
  const begin = beginOf(span, nowMs)
  if (begin === undefined) return { days: daysMax, isMore: true }
  const days = Math.min(daysMax, Math.max(1, Math.ceil((nowMs - begin) / dayMs)))
  return { days, isMore: span.kind !== 'last' || lengthsMs[span.window] !== days * dayMs }
}

export const daysWords = (days: number): string => (days === 1 ? 'Last 24 hours' : `Last ${days} days`)
