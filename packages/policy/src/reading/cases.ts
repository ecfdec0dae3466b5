import { z } from 'zod'
import { type EvaluatorReason, evaluatorReasons } from '../reasons.ts'
import type { PolicyCase } from '../testing.ts'
import { parseInstant } from '../time.ts'
import { type PolicyIssue, shown } from './issue.ts'
import { jsonFault } from './json.ts'
import { sentence } from './sentence.ts'
import { unknownMembers } from './unknown-members.ts'

type Expectation = PolicyCase['expect']

const expectations: readonly string[] = ['allow', 'deny', ...Object.keys(evaluatorReasons)]
const text = z.string().optional()

const policyCase = z.looseObject({
  name: text,
  as: z.looseObject({ human: text, agent: text, team: text, session: text }),
  calls: z.union(
    [z.string(), z.looseObject({ method: z.string(), target: text, refType: text })],
    "expected a tool's name, or a method and its target",
  ),
  with: z.unknown().optional(),
  at: z
    .string()
    .refine((value) => parseInstant(value) !== undefined, {
      error: ({ input }) => `expected an instant such as "2030-12-31T23:59:00Z", found ${shown(input)}`,
    })
    .optional(),
  definition: text,
  expect: z.custom<EvaluatorReason | Expectation>((value) => expectations.includes(value as string), {
    error: ({ input }) => `expected allow, deny or a reason that the evaluator gives, found ${shown(input)}`,
  }),
})
const policyCases = z.array(policyCase)

type ParsedCases =
  | { readonly ok: true; readonly value: readonly PolicyCase[] }
  | { readonly ok: false; readonly issues: readonly PolicyIssue[] }

/** Reads the cases of a policy table from anything; every issue is said with its place. */
export const parseCases = (input: unknown): ParsedCases => {
  const fault = jsonFault(input)
  if (fault !== undefined) return { ok: false, issues: [fault] }
  const parsed = policyCases.safeParse(input)
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => sentence(issue, input))
  issues.push(...unknownMembers(input, policyCases))
  return parsed.success && issues.length === 0 ? { ok: true, value: parsed.data } : { ok: false, issues }
}
