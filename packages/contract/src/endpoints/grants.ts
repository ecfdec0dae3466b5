import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { labelName, text } from '../fields.ts'
import {
  deleted,
  instant,
  kept,
  objectName,
  objectParams,
  page,
  pageEnd,
  readErrors,
  resourceVersion,
  serverRef,
  sideEffect,
  subject,
  told,
  trust,
  writeErrors,
} from '../governed.ts'

const rulesMax = 512
const scalar = z.union([text(2048), z.literal(''), z.number(), z.boolean()])
const decision = z.enum(['allow', 'deny'])
const audit = z.enum(['best-effort', 'required'])

/** What a condition's `op` asks of its `value` is said when the policy is read. */
const when = z
  .array(
    z.strictObject({
      pointer: z.string().max(2048),
      op: text(16),
      value: z.union([scalar, z.array(scalar).max(256)]).optional(),
    }),
  )
  .max(16, 'has more than 16 conditions')
const rule = {
  name: text(2048),
  decision: decision.optional(),
  requiredTrust: trust.optional(),
  audit: audit.optional(),
}
const rulesOf = <T extends z.ZodType>(one: T) => z.array(one).max(rulesMax, `has more than ${rulesMax} rules`)
/** Parts of a call that stand in its record. */
const recorded = z
  .array(
    z.strictObject({
      pointer: z.string().max(2048),
      as: z.enum(['digest', 'value']).optional(),
      redact: z.array(z.string().max(2048)).max(16).optional(),
    }),
  )
  .max(16, 'names more than 16')
  .optional()
const record = z.strictObject({ arguments: recorded, result: recorded }).optional()
const toolRules = rulesOf(z.strictObject({ ...rule, when: when.optional(), record }))
const plainRules = rulesOf(z.strictObject(rule))

const toldRule = {
  name: z.string(),
  decision,
  requiredTrust: trust.optional(),
  audit: audit.optional(),
}

const grant = z.object({
  name: z.string(),
  namespace: z.string(),
  ...told,
  maxTrust: trust,
  allowedSideEffects: z.array(sideEffect),
  disabled: z.boolean(),
  policyVersion: z.string().optional(),
  notBefore: z.string().optional(),
  notAfter: z.string().optional(),
  /** None: every tool. */
  toolRules: z.array(
    z.object({
      ...toldRule,
      when: z
        .array(z.object({ pointer: z.string(), op: z.string(), value: z.unknown().optional() }))
        .optional(),
      record,
    }),
  ),
  resourceRules: z.array(z.object(toldRule)),
  promptRules: z.array(z.object(toldRule)),
})

const list = endpoint({
  method: 'GET',
  path: '/runtime/grants',
  summary: 'The grants of servers that the caller administers.',
  access: 'signed-in',
  query: z.strictObject({ namespace: labelName.optional(), server: labelName.optional(), ...page }),
  response: z.object({ grants: z.array(grant), ...pageEnd }),
  errors: ['scope_missing', 'resources_unavailable'],
})

const apply = endpoint({
  method: 'POST',
  path: '/runtime/grants',
  summary: 'Makes a grant, or changes the one of that name; what is left out stays as it is.',
  access: 'signed-in',
  body: z.strictObject({
    name: objectName,
    namespace: labelName,
    serverRef,
    subject,
    maxTrust: trust.optional(),
    allowedSideEffects: z
      .array(sideEffect)
      .min(1, 'names no side effect: such a grant lets nobody do anything')
      .max(3, 'names more than there are')
      .refine((given) => new Set(given).size === given.length, 'names one more than once'),
    policyVersion: kept(text(2048)),
    disabled: z.boolean().optional(),
    notBefore: kept(instant),
    notAfter: kept(instant),
    toolRules: kept(toolRules),
    resourceRules: kept(plainRules),
    promptRules: kept(plainRules),
    resourceVersion,
  }),
  response: z.object({ grant }),
  errors: writeErrors,
})

const get = endpoint({
  method: 'GET',
  path: '/runtime/grants/{namespace}/{name}',
  summary: 'One grant.',
  access: 'signed-in',
  params: objectParams,
  response: z.object({ grant }),
  errors: readErrors,
})

const remove = endpoint({
  method: 'DELETE',
  path: '/runtime/grants/{namespace}/{name}',
  summary: 'Deletes a grant.',
  access: 'signed-in',
  params: objectParams,
  query: z.strictObject({ resourceVersion }),
  response: deleted,
  errors: writeErrors,
})

const switched = deleted.extend({ disabled: z.boolean(), grant })

const patch = endpoint({
  method: 'PATCH',
  path: '/runtime/grants/{namespace}/{name}',
  summary: 'Disables a grant, or lets it count again.',
  access: 'signed-in',
  params: objectParams,
  body: z.strictObject({ disabled: z.boolean(), resourceVersion }),
  response: switched,
  errors: writeErrors,
})

const older = {
  method: 'POST',
  access: 'signed-in',
  params: objectParams,
  response: switched,
  errors: writeErrors,
  deprecated: 'PATCH /api/runtime/grants/{namespace}/{name}',
} as const

const disable = endpoint({
  ...older,
  path: '/runtime/grants/{namespace}/{name}/disable',
  summary: 'Disables a grant.',
})

const enable = endpoint({
  ...older,
  path: '/runtime/grants/{namespace}/{name}/enable',
  summary: 'Lets a grant count again.',
})

export const grants = { list, apply, get, delete: remove, patch, disable, enable }
