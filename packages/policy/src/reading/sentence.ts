import type { z } from 'zod'
import { type PolicyIssue, pointerOf, shown } from './issue.ts'

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root)

const expectations: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** An issue of zod's as ours: a place and a sentence. */
export const sentence = (issue: z.core.$ZodIssue, input: unknown): PolicyIssue => {
  const pointer = pointerOf(issue.path)
  if (issue.code !== 'invalid_type') return { pointer, message: issue.message }
  const found = valueAt(input, issue.path)
  const expected = expectations[issue.expected] ?? issue.expected
  return {
    pointer,
    message:
      found === undefined
        ? `is missing: expected ${expected}`
        : `expected ${expected}, found ${shown(found)}`,
  }
}
