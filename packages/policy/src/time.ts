/** After every instant; `-ever` is before them. */
export const ever = Number.POSITIVE_INFINITY

const rfc3339 = /^(\d{4}-\d\d-(\d\d))T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** RFC 3339 → epoch milliseconds; undefined for anything else, 30 February included. */
export const parseInstant = (text: string): number | undefined => {
  const [, date, day] = rfc3339.exec(text) ?? []
  const at = Date.parse(text)
  // A day that its month does not have rolls over into the next one.
  return date && new Date(date).getUTCDate() === Number(day) && !Number.isNaN(at) ? at : undefined
}

/** `1h30m` → milliseconds; undefined for anything but hours, minutes and seconds in this order. */
export const parseDuration = (text: string): number | undefined => {
  const [, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  const total = Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1000
  return total > 0 ? total : undefined
}
