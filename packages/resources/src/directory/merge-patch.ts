/** RFC 7386: `null` removes a member, objects are merged, all else is replaced. */
export const merged = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch
  const members = new Map(isMap(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) members.delete(key)
    else if (value !== undefined) members.set(key, merged(members.get(key), value))
  }
  return Object.fromEntries(members)
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
