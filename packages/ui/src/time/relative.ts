const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** "12 s ago", "in 3 days"; what is about now is "now". */
export const relative = (atMs: number, nowMs: number, locale?: string): string => {
  const distance = atMs - nowMs
  const [unit, unitMs] = units.find(([, ms]) => Math.abs(distance) >= ms) ?? units[3]
  if (Math.abs(distance) < 1000)
    return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second')
  return new Intl.RelativeTimeFormat(locale, { style: 'narrow' }).format(Math.trunc(distance / unitMs), unit)
}

export const absolute = (atMs: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs)
