const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** The two largest units of what is left: "2h 14m", "9m 5s"; empty where nothing is. */
export const remaining = (ms: number): string => {
  if (!(ms > 0)) return ''
  const at = units.findIndex(([, unitMs]) => ms >= unitMs)
  if (at < 0) return '1s'
  const [name, unitMs] = units[at] ?? units[3]
  const [smaller, smallerMs] = units[at + 1] ?? ['', ms]
  const rest = Math.floor((ms % unitMs) / smallerMs)
  return `${Math.floor(ms / unitMs)}${name}${smaller !== '' && rest > 0 ? ` ${rest}${smaller}` : ''}`
}
