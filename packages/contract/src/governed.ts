import { z } from 'zod'
import { labelName, rowLimit, text } from './fields.ts'

/** What grants, sessions and servers have in common, in the spelling of their resources. */
export const trust = z.enum(['low', 'medium', 'high'])
export const sideEffect = z.enum(['read', 'write', 'destructive'])

export const objectName = text(253).regex(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  'has other characters than small letters, digits, - and ., or one of those at an end',
)
export const objectParams = z.strictObject({ namespace: labelName, name: objectName })
export const serverParams = z.strictObject({ namespace: labelName, name: labelName })

/** Of the state that was read; one that is there no more is refused with `conflict`. */
export const resourceVersion = text(253).optional()

/** Left out, it stays as it is; `null` takes it away. */
export const kept = <T extends z.ZodType>(schema: T) => schema.nullable().optional()

export const instant = z.iso.datetime({ offset: true, error: 'is no RFC 3339 time' })

const identity = z.string().max(256, 'is longer than 256 characters').optional()

export const subject = z
  .strictObject({ humanID: identity, agentID: identity, teamID: identity })
  .refine(
    (given) => Object.values(given).some((one) => one),
    'speaks of nobody: give at least one of humanID, agentID, teamID',
  )

/** Of the namespace in which the object itself is. */
export const serverRef = z.strictObject({ name: labelName, namespace: labelName.optional() })

export const told = {
  serverRef: z.object({ name: z.string(), namespace: z.string() }),
  subject: z.object({
    humanID: z.string().optional(),
    agentID: z.string().optional(),
    teamID: z.string().optional(),
  }),
  /** How long ago it was made, such as `5m` or `3d`; empty where nobody knows. */
  age: z.string(),
  createdAt: z.string().optional(),
  /** To be given back with a change, which is refused where another came between. */
  resourceVersion: z.string().optional(),
  conditions: z.array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string(),
      message: z.string(),
      observedGeneration: z.int().optional(),
      lastTransitionTime: z.string(),
    }),
  ),
  inForce: z.object({ value: z.boolean(), reason: z.string(), message: z.string() }),
}

/** Of a list, by namespace and name. */
export const page = {
  limit: rowLimit(5000, 1000),
  cursor: text(320).optional().describe('`next_cursor` of the page before'),
}
export const pageEnd = {
  /** Where there is more. */
  next_cursor: z.string().optional(),
  /** Objects that are there and cannot be read. */
  unreadable: z.array(z.object({ namespace: z.string(), name: z.string(), faults: z.array(z.string()) })),
}

/** What a deletion answers. */
export const deleted = z.object({ success: z.literal(true), namespace: z.string(), name: z.string() })

export const readErrors = [
  'invalid_path_param',
  'not_found',
  'scope_missing',
  'unreadable',
  'resources_unavailable',
] as const
export const writeErrors = [...readErrors, 'conflict', 'invalid_request_body'] as const
