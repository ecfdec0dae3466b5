import { type LinearRegex, matchesLinear, parseLinearRegex } from './linear-regex.ts'
import type { Condition, PolicyRequest, Scalar } from './model.ts'

/**
 * Whether a condition holds. `undefined`, that is unknown, is the honest answer to an argument that is absent, of
 * another type, or a number that a double cannot hold: an allow rule then does not admit, a deny rule denies.
 */
export type Truth = boolean | undefined

export interface CompiledCondition {
  readonly pointer: string
  readonly test: (request: PolicyRequest) => Truth
}

/** `/a~1b/0` → `['a/b', '0']`; undefined when it is not a JSON Pointer. */
export const parsePointer = (pointer: string): readonly string[] | undefined =>
  /^[^/]|~(?![01])/.test(pointer)
    ? undefined
    : pointer
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** What a path leads to; undefined where it leads nowhere. Only what an object itself holds counts. */
const valueAt = (root: unknown, path: readonly string[]): unknown => {
  let value = root
  for (const key of path) {
    const isReadable = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    if (!isReadable || (Array.isArray(value) && key === 'length')) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** Beyond this two integers share a double, so a comparison could be of another number than the server's. */
const isExact = (value: unknown): boolean =>
  typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER

const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth)

const equals = (value: unknown, wanted: Scalar): Truth =>
  typeof value === typeof wanted && isExact(value) ? value === wanted : undefined

/** One hit decides, one doubt prevents a clean no. */
const any = (truths: readonly Truth[]): Truth =>
  truths.includes(true) || (truths.includes(undefined) ? undefined : false)

/** What an operator says of a value that is there, against the value that the condition names. */
type Operator<T = never> = (value: unknown, wanted: T) => Truth

const onNumber =
  (compare: (value: number, wanted: number) => boolean): Operator<number> =>
  (value, wanted) =>
    typeof value === 'number' && isExact(value) ? compare(value, wanted) : undefined

const onString =
  <T>(compare: (value: string, wanted: T) => Truth): Operator<T> =>
  (value, wanted) =>
    typeof value === 'string' ? compare(value, wanted) : undefined

const among: Operator<readonly Scalar[]> = (value, wanted) => any(wanted.map((one) => equals(value, one)))

const operators: Readonly<Record<string, Operator>> = {
  eq: equals,
  ne: (value, wanted: Scalar) => not(equals(value, wanted)),
  in: among,
  not_in: (value, wanted: readonly Scalar[]) => not(among(value, wanted)),
  lt: onNumber((value, wanted) => value < wanted),
  lte: onNumber((value, wanted) => value <= wanted),
  gt: onNumber((value, wanted) => value > wanted),
  gte: onNumber((value, wanted) => value >= wanted),
  prefix: onString((value, wanted: string) => value.startsWith(wanted)),
  suffix: onString((value, wanted: string) => value.endsWith(wanted)),
  matches: onString((value, wanted: LinearRegex | undefined) => wanted && matchesLinear(wanted, value)),
  contains: (value, wanted: Scalar) => {
    if (Array.isArray(value)) return any(value.map((one) => equals(one, wanted)))
    return typeof value === 'string' && typeof wanted === 'string' ? value.includes(wanted) : undefined
  },
}

export const compileCondition = (condition: Condition): CompiledCondition => {
  const { pointer, op } = condition
  const path = parsePointer(pointer)
  const operator = Object.hasOwn(operators, op) ? operators[op] : undefined
  const wanted =
    op === 'matches' ? parseLinearRegex(condition.value) : 'value' in condition ? condition.value : undefined
  return {
    pointer,
    test: ({ arguments: root, inexact = [] }) => {
      if (path === undefined) return undefined
      const value = valueAt(root, path)
      if (op === 'exists' || op === 'absent') return (value === undefined) === (op === 'absent')
      if (value === undefined || inexact.some((one) => one === pointer || one.startsWith(`${pointer}/`)))
        return undefined
      return operator?.(value, wanted as never)
    },
  }
}

/** A condition against a call. Reading a hostile object may throw; that is an unknown, never an exception. */
export const holds = ({ test }: CompiledCondition, request: PolicyRequest): Truth => {
  try {
    return test(request)
  } catch {
    return undefined
  }
}
