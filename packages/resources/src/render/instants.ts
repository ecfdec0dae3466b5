/** Epoch milliseconds of an instant; undefined for none and for what is no instant. */
export const millisOf = (text: string | undefined): number | undefined => {
  const at = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** The earlier of two instants as it was written; one that cannot be read wins, so that it is told. */
export const earliest = (one: string | undefined, other: string | undefined): string | undefined => {
  if (!one || !other) return one || other
  const [first, second] = [millisOf(one), millisOf(other)]
  return first === undefined || (second !== undefined && first <= second) ? one : other
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 }

/** `1h30m` → milliseconds. What the policy does not read as a duration never gets here. */
export const durationMillis = (text: string): number =>
  [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  )
