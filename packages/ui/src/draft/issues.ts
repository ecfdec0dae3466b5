import type { Issue } from '@mcp-sentinel/contract'
import { ApiError } from '@mcp-sentinel/contract/client'

/** What an answer says is wrong with a body, and where. */
export const issuesOf = (error: unknown): readonly Issue[] =>
  error instanceof ApiError ? (error.details?.issues ?? []) : []

interface Schema {
  readonly safeParse: (body: unknown) => {
    readonly error?:
      | {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
        }
      | undefined
  }
}

/** What the API would say of it, as far as its schema can tell without asking. */
export const issuesOfBody = (schema: Schema, body: unknown): readonly Issue[] =>
  (schema.safeParse(body).error?.issues ?? []).map(({ path, message }) => ({
    pointer: path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message,
  }))

/** Whether an issue is about what stands at `pointer`: the thing itself, or a part of it. */
const isAt = (issue: Issue, pointer: string): boolean =>
  issue.pointer === pointer || issue.pointer.startsWith(`${pointer}/`)

/** What to say beside a field; of one thing the first that is wrong with it. */
export const faultAt = (issues: readonly Issue[], pointer: string): string =>
  issues
    .filter((issue) => isAt(issue, pointer))
    .filter((issue, at, all) => all.findIndex((other) => other.pointer === issue.pointer) === at)
    .map(({ message }) => message)
    .join('; ')

/** What stands at a pointer, to see whether it is still what an issue was about. */
export const valueAt = (body: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      body,
    )

/** What no field is there for. */
export const unplaced = (issues: readonly Issue[], placed: readonly string[]): readonly Issue[] =>
  issues.filter((issue) => !placed.some((pointer) => isAt(issue, pointer)))
