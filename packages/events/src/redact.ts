/** What stands in place of a value that was taken out. */
export const redacted = '[redacted]'

/**
 * A copy of a value with what some JSON Pointers lead to taken out; a `*` in a pointer stands for every member or
 * element. What a pointer does not find is left: redaction never adds. For events that no chain authenticates; the
 * producer of a chained event redacts before it hashes.
 */
export const redact = (value: unknown, pointers: readonly string[]): unknown =>
  pointers.reduce((copy, pointer) => redactAt(copy, partsOf(pointer)), value)

const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const redactAt = (value: unknown, [part, ...rest]: readonly string[]): unknown => {
  if (part === undefined) return redacted
  if (Array.isArray(value))
    return value.map((one, index) => (part === '*' || part === String(index) ? redactAt(one, rest) : one))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  return Object.fromEntries(
    members.map(([key, one]) => [key, part === '*' || part === key ? redactAt(one, rest) : one]),
  )
}
