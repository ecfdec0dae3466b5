/** One thing that is otherwise than it was; left out on the side where it is not. */
export interface Change {
  /** Names on the way to it, with dots between them. */
  readonly path: string
  readonly before?: string
  readonly after?: string
}

/** What differs between two states, by the order in which it stands in the newer one. Lists of what has no name are taken whole. */
export const changesOf = (older: unknown, newer: unknown, path = ''): readonly Change[] => {
  const [before, after] = [byName(older), byName(newer)]
  if (isObject(before) || isObject(after)) {
    const [was, is] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
    // One that became an object, or was one, is told besides its parts.
    const itself = [before, after].every((side) => isObject(side) || side === undefined || side === null)
    return [
      ...(itself
        ? []
        : changesOf(isObject(before) ? undefined : before, isObject(after) ? undefined : after, path)),
      ...[...new Set([...Object.keys(is), ...Object.keys(was)])].flatMap((name) =>
        changesOf(was[name], is[name], path === '' ? name : `${path}.${name}`),
      ),
    ]
  }
  const [was, is] = [textOf(before), textOf(after)]
  if (was === is) return []
  return [{ path, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }]
}

/** Things that have names are told apart by these, so that only those which changed are told. */
const byName = (value: unknown): unknown => {
  if (!Array.isArray(value) || value.length === 0) return value
  const named = new Map(
    value.flatMap((one) => (isObject(one) && typeof one['name'] === 'string' ? [[one['name'], one]] : [])),
  )
  return named.size === value.length ? Object.fromEntries(named) : value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is null is not there. */
const textOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value))
    return value.every((one) => typeof one !== 'object') ? value.join(', ') || 'none' : JSON.stringify(value)
  return String(value)
}
