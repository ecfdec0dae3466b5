import { type Grant, trusts } from '../governed/governed.ts'

type ToolRule = Grant['toolRules'][number]

/** Of a tool, a resource or a prompt; only those of tools have all of it. */
export type Rule = { readonly [Member in keyof ToolRule]: ToolRule[Member] }

export interface RuleFault {
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface ReadRules {
  /** Of the lines that can be read. */
  readonly rules: readonly Rule[]
  readonly faults: readonly RuleFault[]
}

/** One rule a line: `tool:allow`, or `tool:allow:high` where it asks for more trust than the tool does. */
export const rulesText = (rules: readonly Rule[]): string =>
  rules
    .map(({ name, decision, requiredTrust }) =>
      [name, decision, ...(requiredTrust === undefined ? [] : [requiredTrust])].join(':'),
    )
    .join('\n')

/** What a line cannot say, such as conditions, stays with the rule of that name among those `before`. */
export const readRules = (text: string, before: readonly Rule[]): ReadRules => {
  const [rules, faults]: [Rule[], RuleFault[]] = [[], []]
  for (const [index, given] of text.split(/\r?\n/).entries()) {
    if (given.trim() === '') continue
    const read = readLine(given)
    const isRepeated = typeof read === 'object' && rules.some(({ name }) => name === read.name)
    const fault = typeof read === 'string' ? read : isRepeated ? `names ${read.name} once more` : undefined
    if (fault !== undefined) faults.push({ line: index + 1, message: fault })
    else if (typeof read === 'object') rules.push({ ...unsaidOf(read.name, before), ...read })
  }
  return { rules, faults }
}

const unsaidOf = (name: string, before: readonly Rule[]): Partial<Rule> => {
  const found = before.find((rule) => rule.name === name)
  if (found === undefined) return {}
  const { name: _, decision: __, requiredTrust: ___, ...unsaid } = found
  return unsaid
}

/** From its end, since names may have colons. A text says what is wrong. */
const readLine = (line: string): Rule | string => {
  const parts = line.split(':').map((part) => part.trim())
  const last = parts.at(-1) ?? ''
  const decision = decisionOf(last) ?? decisionOf(parts.at(-2))
  if (parts.length === 1) return `does not say allow or deny: ${last}:allow`
  if (decision === undefined) return `"${last}" is neither allow nor deny`
  const trust = decisionOf(last) === undefined ? trusts.find((one) => one === last) : undefined
  if (decisionOf(last) === undefined && trust === undefined)
    return `"${last}" is no trust: low, medium or high`
  const name = parts
    .slice(0, trust === undefined ? -1 : -2)
    .join(':')
    .trim()
  if (name === '') return 'names no tool'
  return { name, decision, ...(trust === undefined ? {} : { requiredTrust: trust }) }
}

const decisionOf = (text: string | undefined): Rule['decision'] | undefined =>
  text === 'allow' || text === 'deny' ? text : undefined

const opWords: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  in: 'is one of',
  not_in: 'is none of',
  prefix: 'begins with',
  suffix: 'ends with',
  contains: 'contains',
  matches: 'matches',
  exists: 'is given',
  absent: 'is not given',
}

/** What the arguments of a call must be for the rule to speak. */
export const conditionText = ({ pointer, op, value }: NonNullable<Rule['when']>[number]): string =>
  [pointer, opWords[op] ?? op, ...(value === undefined ? [] : [JSON.stringify(value)])].join(' ')

/** What of a call stands in its record because of a rule. */
export const recordText = ({ record }: Rule): string =>
  [
    ...(record?.arguments ?? []).map(({ pointer }) => pointer || 'all arguments'),
    ...(record?.result ?? []).map(({ pointer }) => `${pointer || 'all'} of its result`),
  ].join(', ')

/** A rule in words, for where it is only read. */
export const ruleText = ({ name, decision, requiredTrust, when = [] }: Rule): string =>
  [
    `${name} ${decision}`,
    ...(requiredTrust === undefined || requiredTrust === 'low' || decision === 'deny'
      ? []
      : [`from ${requiredTrust} trust`]),
    ...(when.length === 0 ? [] : [`if ${when.map(conditionText).join(' and ')}`]),
  ].join(' ')
