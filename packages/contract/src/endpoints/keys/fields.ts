import { z } from 'zod'
import { text } from '../../fields.ts'

const time = z.iso.datetime()

export const key = z.object({
  id: z.string(),
  name: z.string(),
  /** Its beginning, so that people know it again. */
  prefix: z.string(),
  /** What it is narrowed to; empty: to nothing. */
  scopes: z.array(z.string()),
  created_at: time,
  expires_at: time.optional(),
  last_used_at: time.optional(),
  revoked: z.boolean(),
  revoked_at: time.optional(),
})

export const params = z.strictObject({ id: text(64) })
export const bodyBytesMax = 4 * 1024

/** Of a new one. */
export const body = <const Scope extends string>(scopes: readonly [Scope, ...Scope[]]) =>
  z.strictObject({
    name: text(100),
    scopes: z
      .array(z.enum(scopes, `is none of ${scopes.join(', ')}`))
      .max(scopes.length, 'has more scopes than there are')
      .optional(),
    expires_at: z.iso.datetime({ offset: true, error: 'is no RFC 3339 time' }).optional(),
  })
