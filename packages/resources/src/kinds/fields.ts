import { z } from 'zod'

const textCharsMax = 2048
const identityCharsMax = 256
/** Pairs in a map: labels, annotations. */
export const pairsMax = 256

const isWellFormed = (value: string): boolean => !/\p{Surrogate}/u.test(value)

/** Text of any kind. Half of a surrogate pair is read by each implementation in its own way, so no two agree on it. */
export const text = (charsMax = textCharsMax) =>
  z
    .string()
    .max(charsMax, `longer than ${charsMax} characters`)
    .refine(isWellFormed, 'holds half of a surrogate pair, which is no text')

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** The name of an object, as Kubernetes takes it. */
export const objectName = z
  .string()
  .max(253, 'longer than 253 characters')
  .regex(
    subdomain,
    'a name has small letters, digits, - and . only, and begins and ends with a letter or digit',
  )

/** Of a namespace or a server: it becomes a part of host names. */
export const labelName = z
  .string()
  .max(63, 'longer than 63 characters')
  .regex(label, 'a name has small letters, digits and - only, and begins and ends with a letter or digit')

export const flag = z.boolean().optional()
export const list = <T extends z.ZodType>(entry: T, most: number) =>
  z.array(entry).max(most, `more than ${most} entries`).optional()
export const pairs = z
  .record(text(), text())
  .refine((value) => Object.keys(value).length <= pairsMax, `more than ${pairsMax} pairs`)
  .optional()

export const trust = z.enum(['low', 'medium', 'high'])
export const sideEffect = z.enum(['read', 'write', 'destructive'])

/** Of a person, an agent or a team; compared as it is. */
export const identity = text(identityCharsMax).optional()
export const port = z
  .int('expected a whole number')
  .min(1, 'a port is at least 1')
  .max(65535, 'a port is at most 65535')
export const url = text().regex(/^https?:\/\/\S+$/, 'expected a URL that begins with http:// or https://')
export const headerName = text(128).regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header')
export const instant = text(64)
export const duration = text(32)

export const secretKeyRef = z.strictObject({
  name: objectName,
  key: text(253).min(1, 'a key cannot be empty'),
})
