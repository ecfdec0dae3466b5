import { z } from 'zod'

/** What no database keeps: a NUL, and half of a character. */
const noText = /[\0\p{Cs}]/u

/** Text that may be empty. */
export const anyText = (charsMax: number) =>
  z
    .string()
    .max(charsMax, `is longer than ${charsMax} characters`)
    .refine((value) => !noText.test(value), 'has a character that is none of a text')

/** Text that is not empty. */
export const text = (charsMax: number) => anyText(charsMax).min(1, 'is empty')

export const count = z.int().min(0)

/** How many rows of a list are wanted. */
export const rowLimit = (max: number, byDefault: number) =>
  z
    .int('is not a whole number')
    .min(1, 'is less than 1')
    .max(max, `is more than ${max}`)
    .default(byDefault)
    .describe(`At most ${max}.`)

/** RFC 3339, or a day, which begins at midnight UTC. */
export const instantOrDay = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'is neither an RFC 3339 time nor a day')
  .describe('RFC 3339, or a day (UTC)')

/** Of a namespace or a server, as Kubernetes takes it. */
export const labelName = text(63).regex(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  'has other characters than small letters, digits and -, or one of those at an end',
)
