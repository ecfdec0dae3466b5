import type { z } from 'zod'
import { listed, pointerOf, type ResourceIssue, shown } from './issue.ts'
import { meant } from './meant.ts'

const nouns: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** An issue of zod's as ours; of several unknown members each gets its own. */
export const sentences = (issue: z.core.$ZodIssue, input: unknown, shape: z.ZodType): ResourceIssue[] => {
  const pointer = pointerOf(issue.path)
  const found = valueAt(input, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = membersAt(shape, issue.path)
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      message: unknownMember(key, known),
    }))
  }
  if (issue.code === 'invalid_type' || (issue.code === 'invalid_value' && found === undefined)) {
    const expected =
      issue.code === 'invalid_type'
        ? (nouns[issue.expected] ?? issue.expected)
        : listed(issue.values.map((value) => String(value)))
    const message =
      found === undefined ? `is missing: expected ${expected}` : `expected ${expected}, found ${shown(found)}`
    return [{ pointer, message }]
  }
  if (issue.code === 'invalid_value') return [{ pointer, message: unknownWord(found, issue.values) }]
  return [{ pointer, message: issue.message }]
}

const unknownMember = (key: string, known: readonly string[]): string => {
  const guess = meant(key, known)
  return guess === undefined
    ? `${shown(key)} is not a member here; known are ${known.join(', ')}`
    : `${shown(key)} is not a member here; did you mean ${guess}?`
}

const unknownWord = (found: unknown, values: readonly unknown[]): string => {
  const words = values.map((value) => String(value))
  const guess = typeof found === 'string' ? meant(found, words) : undefined
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`
  return `expected ${listed(words)}, found ${shown(found)}${hint}`
}

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root)

/** What an object at the end of a path may hold. */
const membersAt = (shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] => {
  let at: z.ZodType | undefined = bare(shape)
  for (const key of path) {
    const definition: Definition = definitionOf(at)
    at = bare(definition.element ?? definition.shape?.[String(key)])
  }
  return Object.keys(definitionOf(at).shape ?? {})
}

/** Behind whatever makes it optional or transforms what was read. */
const bare = (shape: z.ZodType | undefined): z.ZodType | undefined => {
  const { innerType, in: input } = definitionOf(shape)
  const inner = innerType ?? input
  return inner === undefined ? shape : bare(inner)
}

const definitionOf = (shape: z.ZodType | undefined): Definition =>
  (shape as { readonly def?: Definition } | undefined)?.def ?? {}

interface Definition {
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly element?: z.ZodType
  readonly shape?: Readonly<Record<string, z.ZodType>>
}
