import { z } from 'zod'
import { parsePointer } from '../condition.ts'
import { parseDuration, parseInstant } from '../time.ts'
import { meant, shown } from './issue.ts'
import { regexFault } from './regex-fault.ts'

/** Characters in a name or URI. */
export const nameCharsMax = 2048
/** Entries in each of `tools`, `grants` and `sessions`, and rules in a grant. */
export const entriesMax = 200_000
export const conditionsPerRuleMax = 16
/** Arguments, and parts of a result, that one rule wants recorded; and pointers of what is taken out of one. */
export const recordedPerRuleMax = 16
export const redactedMax = 16
/** Values in the list of one `in` or `not_in`. */
export const valuesPerConditionMax = 256

/** One of a few words, in any case, as the Go implementation reads them; empty counts as left out. */
const word = <const W extends string>(words: readonly [W, ...W[]]) =>
  z
    .string()
    .meta({ enum: [...words] })
    .transform((text, context): W | undefined => {
      const plain = text.toLowerCase()
      const known = words.find((one) => one === plain)
      if (known !== undefined || plain === '') return known
      const guess = meant(plain, words)
      const hint = guess === undefined ? '' : `; did you mean ${guess}?`
      context.issues.push({
        code: 'custom',
        input: text,
        message: `expected ${listed(words)}, found ${shown(text)}${hint}`,
      })
      return z.NEVER
    })
    .optional()

const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** A string that some reader understands; the reader's own words, or these, say what is wrong with it. */
const readable = (fault: (text: string) => string | undefined) =>
  z.string().check(({ value, issues }) => {
    const message = fault(value)
    if (message !== undefined) issues.push({ code: 'custom', input: value, message })
  })

const text = z.string().optional()
const flag = z.boolean().optional()
const trust = word(['low', 'medium', 'high'])
const instant = readable((value) =>
  value === '' || parseInstant(value) !== undefined
    ? undefined
    : `expected an instant such as "2030-12-31T23:59:00Z", found ${shown(value)}`,
).optional()
const duration = readable((value) =>
  value === '' || parseDuration(value) !== undefined
    ? undefined
    : `expected a duration such as "24h" or "1h30m", found ${shown(value)}`,
).optional()

const name = readable((value) => {
  if (value.trim() === '') return 'a name cannot be empty'
  return value.length > nameCharsMax ? `longer than ${nameCharsMax} characters` : undefined
})
const pattern = name.check(({ value, issues }) => {
  if (value.slice(0, -1).includes('*')) {
    issues.push({
      code: 'custom',
      input: value,
      message: `a * may stand only at the end of a name, found ${shown(value)}`,
    })
  }
})
const starless = name.check(({ value, issues }) => {
  if (value.includes('*'))
    issues.push({ code: 'custom', input: value, message: 'a name with a * could not be told from a pattern' })
})

const list = <T extends z.ZodType>(entry: T, most = entriesMax) =>
  z.array(entry).max(most, `more than ${most} entries`).optional()

const digest = readable((value) =>
  /^sha256:[0-9a-f]{64}$/.test(value)
    ? undefined
    : `expected sha256: and 64 hex digits, found ${shown(value)}`,
)

const exactNumber = z
  .number()
  .refine(
    (value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER,
    'a number beyond ±(2^53 − 1) cannot be compared exactly',
  )
const scalar = z.union([z.string(), exactNumber, z.boolean()], 'expected a string, a number, true or false')
const scalars = z
  .array(scalar)
  .min(1, 'an empty list matches nothing')
  .max(valuesPerConditionMax, `more than ${valuesPerConditionMax} values`)
  .refine(
    (values) => new Set(values.map((value) => typeof value)).size <= 1,
    'the values must be of one type',
  )
const pointer = readable((value) =>
  value !== '' && parsePointer(value) !== undefined
    ? undefined
    : `expected a JSON Pointer such as "/amount", found ${shown(value)}`,
)
const linearRegex = readable(regexFault)

const ops = [
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
]
const condition = z.discriminatedUnion(
  'op',
  [
    z.looseObject({ pointer, op: z.enum(['eq', 'ne', 'contains']), value: scalar }),
    z.looseObject({ pointer, op: z.enum(['lt', 'lte', 'gt', 'gte']), value: exactNumber }),
    z.looseObject({ pointer, op: z.enum(['in', 'not_in']), value: scalars }),
    z.looseObject({
      pointer,
      op: z.enum(['prefix', 'suffix']),
      value: z.string().min(1, 'an empty string matches everything'),
    }),
    z.looseObject({ pointer, op: z.literal('matches'), value: linearRegex }),
    z.looseObject({ pointer, op: z.enum(['exists', 'absent']) }),
  ],
  `expected op to be one of ${listed(ops)}`,
)

const rule = { name, decision: word(['allow', 'deny']), required_trust: trust }
const recordedValue = z.looseObject({
  pointer,
  as: word(['digest', 'value']),
  redact: list(pointer, redactedMax),
})
const recordedValues = list(recordedValue, recordedPerRuleMax)
const record = z.looseObject({ arguments: recordedValues, result: recordedValues }).optional()
const ruleV2 = { ...rule, name: pattern, audit: word(['best-effort', 'required']) }
const sideEffect = word(['read', 'write', 'destructive'])
const subject = { human_id: text, agent_id: text, team_id: text }
const server = { name, namespace: text, team_id: text, cluster: text }
const auth = {
  human_id_header: text,
  agent_id_header: text,
  team_id_header: text,
  session_id_header: text,
  token_header: text,
  issuer_url: text,
  audience: text,
}
const config = {
  mode: word(['allow-list', 'observe']),
  default_decision: word(['allow', 'deny']),
  policy_version: text,
}
const session = { required: flag, upstream_token_header: text }
const tool = {
  name,
  description: text,
  required_trust: trust,
  side_effect: sideEffect,
  risk_level: word(['low', 'medium', 'high']),
  labels: z.record(z.string(), z.string()).optional(),
}
const grant = {
  name,
  namespace: text,
  ...subject,
  max_trust: trust,
  allowed_side_effects: list(requiredWord(sideEffect)),
  policy_version: text,
  disabled: flag,
}
const binding = {
  name,
  namespace: text,
  ...subject,
  consented_trust: trust,
  revoked: flag,
  policy_version: text,
  upstream_token_ref: text,
}
const stamp = { revision: text, generated_at: text }

/** A word in a list cannot be left out, so it cannot be blank either. */
function requiredWord<T extends z.ZodType>(schema: T) {
  return schema.transform((value, context): NonNullable<z.output<T>> => {
    if (value !== undefined && value !== null) return value as NonNullable<z.output<T>>
    context.issues.push({ code: 'custom', input: value, message: 'an entry of this list cannot be blank' })
    return z.NEVER
  })
}

export const documentV1 = z.looseObject({
  schema_version: z.literal('v1').optional(),
  ...stamp,
  server: z.looseObject(server),
  auth: z
    .looseObject({ ...auth, mode: word(['none', 'header', 'oauth', 'mtls']), trust_domain: text })
    .optional(),
  policy: z.looseObject({ ...config, enforce_on: text }).optional(),
  session: z
    .looseObject({ ...session, store: text, header_name: text, max_lifetime: text, idle_timeout: text })
    .optional(),
  tools: list(z.looseObject(tool)),
  grants: list(z.looseObject({ ...grant, tool_rules: list(z.looseObject(rule)) })),
  sessions: list(z.looseObject({ ...binding, expires_at: text })),
})

const governs = word(['tools', 'resources', 'prompts', 'completion', 'subscriptions', 'tasks', 'all'])

export const documentV2 = z.looseObject({
  schema_version: z.literal('v2'),
  ...stamp,
  server: z.looseObject({ ...server, disabled: flag }),
  auth: z.looseObject({ ...auth, mode: word(['none', 'header', 'oauth']) }).optional(),
  policy: z
    .looseObject({
      ...config,
      governs: z
        .array(requiredWord(governs))
        .min(1, 'a policy that governs nothing guards nothing')
        .optional(),
      disabled_tools: list(pattern),
      listing: word(['all', 'permitted']),
      denial: word(['http', 'jsonrpc', 'tool-result']),
    })
    .optional(),
  session: z.looseObject({ ...session, max_lifetime: duration, idle_timeout: duration }).optional(),
  tools: list(z.looseObject({ ...tool, name: starless, definition_digest: digest.optional() })),
  grants: list(
    z.looseObject({
      ...grant,
      not_before: instant,
      not_after: instant,
      tool_rules: list(z.looseObject({ ...ruleV2, when: list(condition, conditionsPerRuleMax), record })),
      resource_rules: list(z.looseObject(ruleV2)),
      prompt_rules: list(z.looseObject(ruleV2)),
    }),
  ),
  sessions: list(z.looseObject({ ...binding, expires_at: instant, issued_at: instant })),
})
