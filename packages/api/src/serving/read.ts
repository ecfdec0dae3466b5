import type { Issue } from '@mcp-sentinel/contract'
import { z } from 'zod'
import { faulty } from '../problems.ts'

type Place = 'body' | 'query' | 'path'

const codes = {
  body: 'invalid_request_body',
  query: 'invalid_query_param',
  path: 'invalid_path_param',
} as const

/** What is given, as the contract has it; else a problem that names each fault and its place. */
export const read = (schema: z.ZodType | undefined, given: unknown, place: Place): unknown => {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw faulty(
    codes[place],
    parsed.error.issues.slice(0, issuesMax).flatMap((issue) => issuesOf(issue, place)),
  )
}

/** Of an endpoint that takes none. */
export const noQuery = z.strictObject({})

const issuesMax = 20
const keyCharsMax = 64

const issuesOf = (issue: z.core.$ZodIssue, place: Place): readonly Issue[] => {
  const { path, message } = issue
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerTo(path, place), message }]
  return issue.keys.slice(0, issuesMax).map((key) => ({
    pointer: pointerTo([...path, key.slice(0, keyCharsMax)], place),
    message: 'is not known here',
  }))
}

/** Into a body as RFC 6901 has it; a parameter is called by its name. */
const pointerTo = (path: readonly PropertyKey[], place: Place): string =>
  place === 'body'
    ? path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    : path.map(String).join('.')

/** Parameters arrive as text: what the schema has as a number or as true or false is made one where it is written so. */
export const typedQuery = (
  schema: z.ZodObject | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string' ? typed(schema?.shape[name] as z.ZodType | undefined, value) : value,
    ]),
  )

const typed = (schema: z.ZodType | undefined, text: string): unknown => {
  switch (plainTypeOf(schema)) {
    case 'number':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    default:
      return text
  }
}

const plainTypeOf = (schema: z.ZodType | undefined): string | undefined => {
  const def = schema?.def as { readonly type: string; readonly innerType?: z.ZodType } | undefined
  return def?.innerType === undefined ? def?.type : plainTypeOf(def.innerType)
}
