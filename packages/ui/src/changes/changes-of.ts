/** One thing that is otherwise than it was; left out on the side where it is not. */
export interface Change {
  /** Names on the way to it, with dots between them. */
  readonly path: string
  readonly before?: string
  readonly after?: string
}

/** What differs between two states, by the order in which it stands in the newer one. Lists are taken whole. */
export const changesOf = (before: unknown, after: unknown, path = ''): readonly Change[] => {
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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is null is not there. */
const textOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value))
    return value.every((one) => typeof one !== 'object') ? value.join(', ') || 'none' : JSON.stringify(value)
  return String(value)
}
