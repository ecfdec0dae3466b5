/** Nesting of a value that is written canonically. */
const canonicalDepthMax = 64

/** JSON by RFC 8785: members in the order of code units, no white space, numbers as JavaScript writes them. */
export const canonicalJson = (value: unknown, depth = 0): string => {
  if (depth > canonicalDepthMax) throw new RangeError(`nested deeper than ${canonicalDepthMax} levels`)
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, depth + 1)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
