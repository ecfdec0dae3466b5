import type { z } from 'zod'
import { issuesMax, meant, type PolicyIssue, pointerOf, shown } from './issue.ts'

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
  const report: Report = (path, known, knownElsewhere) => {
    const key = path.at(-1) as string
    // Nobody reads the message of an issue that is not listed.
    const isListed = issues.length < issuesMax
    const message = isListed ? sentence(key, known, knownElsewhere ? other : undefined) : ''
    issues.push({ pointer: pointerOf(path), message })
  }
  visit(input, openUp(shape), openUp(other?.shape), [], report)
  return issues
}

type Path = readonly PropertyKey[]
type Report = (path: Path, known: readonly string[], knownElsewhere: boolean) => void

const visit = (value: unknown, here: Opened, elsewhere: Opened, path: Path, report: Report): void => {
  if (Array.isArray(value)) {
    const [inner, otherwise] = [openUp(here.element), openUp(elsewhere.element)]
    for (const [i, one] of value.entries()) visit(one, inner, otherwise, [...path, i], report)
    return
  }
  const { members } = here
  if (members === undefined || typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    const inner = members.get(key)
    const otherwise = elsewhere.members?.get(key)
    if (inner !== undefined) visit(member, openUp(inner), openUp(otherwise), [...path, key], report)
    else if (!key.startsWith('x-')) report([...path, key], [...members.keys()], otherwise !== undefined)
  }
}

const sentence = (key: string, known: readonly string[], other: OtherVersion | undefined): string => {
  if (other !== undefined) return other.says(key)
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
const openUp = (schema: z.ZodType | undefined): Opened => {
  if (schema === undefined) return {}
  const { def } = schema as unknown as { readonly def: Definition }
  switch (def.type) {
    case 'optional':
      return openUp(def.innerType)
    case 'array':
      return { element: def.element as z.ZodType }
    case 'object':
      return { members: new Map(Object.entries(def.shape ?? {})) }
    case 'union':
      return {
        members: new Map((def.options ?? []).flatMap((option) => [...(openUp(option).members ?? [])])),
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
