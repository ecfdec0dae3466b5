import type { Structural } from '../crds/structural.ts'

/** As the API server fills in what was left out. */
export const defaulted = (schema: Structural, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => defaulted(schema.items ?? {}, one))
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value
  const members: Record<string, unknown> = { ...value }
  for (const [name, one] of Object.entries(schema.properties)) {
    members[name] ??= one['default']
    if (members[name] === undefined) delete members[name]
    else members[name] = defaulted(one, members[name])
  }
  return members
}
