import { z } from 'zod'
import { identity, labelName, list, text, trust } from './fields.ts'

/** Rules of one family in a grant. */
const rulesMax = 512
export const toolNameCharsMax = 256

/** Which server is spoken of. Another namespace than the object's own is read, and never heeded. */
export const serverRef = z.strictObject({ name: labelName, namespace: labelName.optional() })

/** Whom it speaks of: every field that is given must equal the caller's. */
export const subject = z.strictObject({ humanID: identity, agentID: identity, teamID: identity })

const scalar = z.union([text(), z.number(), z.boolean()], 'expected a string, a number, true or false')
/** What `op` asks of `value` is said by the policy that it becomes. */
const argumentCondition = z.strictObject({
  pointer: text(),
  op: z.enum([
    'eq',
    'ne',
    'lt',
    'lte',
    'gt',
    'gte',
    'in',
    'not_in',
    'prefix',
    'suffix',
    'contains',
    'matches',
    'exists',
    'absent',
  ]),
  value: z
    .union([scalar, z.array(scalar).max(256, 'more than 256 values')], 'expected a value or a list of values')
    .optional(),
})

const decision = z.enum(['allow', 'deny']).optional()
const rule = {
  decision,
  requiredTrust: trust.optional(),
  audit: z.enum(['best-effort', 'required']).optional(),
}

/** Parts of a call that stand in its record; which can be, is said by the policy, too. */
const recordedValues = list(
  z.strictObject({
    pointer: text(),
    as: z.enum(['digest', 'value']).optional(),
    redact: list(text(), 16),
  }),
  16,
)
const record = z.strictObject({ arguments: recordedValues, result: recordedValues }).optional()

export const toolRules = list(
  z.strictObject({ name: text(toolNameCharsMax), ...rule, when: list(argumentCondition, 16), record }),
  rulesMax,
)
/** By URI. */
export const resourceRules = list(z.strictObject({ name: text(), ...rule }), rulesMax)
export const promptRules = list(z.strictObject({ name: text(toolNameCharsMax), ...rule }), rulesMax)
