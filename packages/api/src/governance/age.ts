const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** How long ago, in the largest unit of which there is one: `3d`. Empty for what is no time. */
export const ageOf = (createdAt: string | undefined, now: number): string => {
  const since = now - Date.parse(createdAt ?? '')
  if (Number.isNaN(since)) return ''
  const [unit, ms] = units.find(([, one]) => since >= one) ?? units[3]
  return `${Math.max(0, Math.floor(since / ms))}${unit}`
}
