import { remaining } from '../expiry/remaining.ts'

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

const createFormats = (locale: string | undefined) => ({
  distance: new Intl.RelativeTimeFormat(locale, { style: 'narrow' }),
  now: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second'),
  moment: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }),
})
// To make them takes longer than to draw the row that they are for, and a table that is scrolled asks for many at once.
const formats = new Map<string | undefined, ReturnType<typeof createFormats>>()
const formatsOf = (locale: string | undefined) => {
  const known = formats.get(locale) ?? createFormats(locale)
  formats.set(locale, known)
  return known
}

/** "12 s ago", "in 3 days"; what is about now is "now". */
export const relative = (atMs: number, nowMs: number, locale?: string): string => {
  const distance = atMs - nowMs
  const { distance: format, now } = formatsOf(locale)
  const [unit, unitMs] = units.find(([, ms]) => Math.abs(distance) >= ms) ?? units[3]
  return Math.abs(distance) < 1000 ? now : format.format(Math.trunc(distance / unitMs), unit)
}

export const absolute = (atMs: number, locale?: string): string => formatsOf(locale).moment.format(atMs)

/** Clocks that differ by less are taken to agree. */
const skewMsMax = 60_000

/** How long ago something happened. What seems to lie ahead was told by another clock, and that is said instead. */
export const since = (atMs: number, nowMs: number, locale?: string): { text: string; about: string } => {
  const aheadMs = atMs - nowMs
  const about = absolute(atMs, locale)
  if (aheadMs < skewMsMax) return { text: relative(Math.min(atMs, nowMs), nowMs, locale), about }
  return {
    text: 'clock ahead',
    about: `${about}: by the clock of its source, which is ahead by ${remaining(aheadMs)}`,
  }
}
