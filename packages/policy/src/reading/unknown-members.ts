import type { z } from 'zod'
import { meant, type PolicyIssue, pointerOf, shown } from './issue.ts'

/** Another version of the same shape, and what to say of a member that only it knows. */
export interface OtherVersion {
  readonly shape: z.ZodType
  readonly says: (key: string) => string
}

/**
 * Every member that its object does not know, wherever it stands. A member that is not understood could be one that
 * narrows, and skipping it would allow more than was written. Names that start with `x-` are anybody's.
 */
export const unknownMembers = (input: unknown, shape: z.ZodType, other?: OtherVersion): PolicyIssue[] => {
  const issues: PolicyIssue[] = []
  const visit = (value: unknown, schema: z.ZodType, elsewhere: z.ZodType | undefined, path: Path): void => {
    const { members, element } = openUp(schema)
    const otherwise = elsewhere ? openUp(elsewhere) : {}
    if (Array.isArray(value) && element !== undefined) {
      for (const [i, one] of value.entries()) visit(one, element, otherwise.element, [...path, i])
    }
    if (members === undefined || !isObject(value)) return
    for (const key of Object.keys(value)) {
      const inner = members.get(key)
      if (inner !== undefined) visit(value[key], inner, otherwise.members?.get(key), [...path, key])
      else if (!key.startsWith('x-')) {
        const message = otherwise.members?.has(key) ? other?.says(key) : undefined
        issues.push({
          pointer: pointerOf([...path, key]),
          message: message ?? notKnown(key, [...members.keys()]),
        })
      }
    }
  }
  visit(input, shape, other?.shape, [])
  return issues
}

type Path = readonly PropertyKey[]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const notKnown = (key: string, known: readonly string[]): string => {
  const guess = meant(key, known)
  return guess === undefined
    ? `${shown(key)} is not a member here; known are ${known.join(', ')}`
    : `${shown(key)} is not a member here; did you mean ${guess}?`
}

interface Opened {
  readonly members?: ReadonlyMap<string, z.ZodType>
  readonly element?: z.ZodType
}

/** The members or the element of a schema, behind whatever makes it optional. A union knows what any of its kinds knows. */
const openUp = (schema: z.ZodType): Opened => {
  const { def } = schema as unknown as { readonly def: Definition }
  switch (def.type) {
    case 'optional':
      return openUp(def.innerType as z.ZodType)
    case 'array':
      return { element: def.element as z.ZodType }
    case 'object':
      return { members: new Map(Object.entries(def.shape as Record<string, z.ZodType>)) }
    case 'union':
      return {
        known: new Map((def.options as z.ZodType[]).flatMap((option) => [...(openUp(option).members ?? [])])),
      }
    default:
      return {}
  }
}

interface Definition {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly element?: z.ZodType
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly options?: readonly z.ZodType[]
}
