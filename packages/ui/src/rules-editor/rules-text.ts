import { endpoints } from '@mcp-sentinel/contract'
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

const more = ['audit', 'when', 'record'] as const

/**
 * One rule a line: `tool:allow`, or `tool:allow:high` where it asks for more trust than the tool does. What else it says
 * follows as JSON, so that a line is the whole of its rule.
 */
export const rulesText = (rules: readonly Rule[]): string => rules.map(lineOf).join('\n')

const lineOf = (rule: Rule): string => {
  const { name, decision, requiredTrust } = rule
  const head = [name, decision, ...(requiredTrust === undefined ? [] : [requiredTrust])].join(':')
  const rest = Object.fromEntries(
    more.filter((key) => rule[key] !== undefined).map((key) => [key, rule[key]]),
  )
  return Object.keys(rest).length === 0 ? head : `${head} ${JSON.stringify(rest)}`
}

/** Only rules of tools have conditions, and say what is recorded. */
export const readRules = (text: string, isPlain = false): ReadRules => {
  const [rules, faults]: [Rule[], RuleFault[]] = [[], []]
  for (const [index, given] of text.split(/\r?\n/).entries()) {
    if (given.trim() === '') continue
    const read = readLine(given, isPlain)
    const isRepeated = typeof read === 'object' && rules.some(({ name }) => name === read.name)
    const fault = typeof read === 'string' ? read : isRepeated ? `names ${read.name} once more` : undefined
    if (fault !== undefined) faults.push({ line: index + 1, message: fault })
    else if (typeof read === 'object') rules.push(read)
  }
  return { rules, faults }
}

/** A text says what is wrong. */
const readLine = (line: string, isPlain: boolean): Rule | string => {
  const { head, rest } = partsOf(line)
  const read = readHead(head)
  if (typeof read === 'string' || rest === undefined) return read
  const unknown = Object.keys(rest).find((key) => !more.some((known) => known === key))
  if (unknown !== undefined) return `says ${unknown}, which no rule does: ${more.join(', ')}`
  if (isPlain && (rest['when'] !== undefined || rest['record'] !== undefined))
    return 'has conditions or says what is recorded, as only rules for tools do'
  const rule = { ...read, ...rest }
  const fault = ruleFault(rule)
  return fault ?? (rule as Rule)
}

/** What the API would say of the form of it; what a condition asks of its value is said when it is saved. */
const ruleFault = (rule: object): string | undefined => {
  const [issue] = endpoints.grants.apply.body.shape.toolRules.safeParse([rule]).error?.issues ?? []
  return issue && `${issue.path.slice(1).map(String).join('/')}: ${issue.message}`
}

/** A line's JSON begins at the first brace from which the rest of it is an object, since names may have braces too. */
const partsOf = (line: string): { readonly head: string; readonly rest?: Record<string, unknown> } => {
  const text = line.trim()
  if (!text.endsWith('}')) return { head: text }
  for (let at = text.indexOf(' {'); at !== -1; at = text.indexOf(' {', at + 1)) {
    const rest = membersOf(text.slice(at))
    if (rest !== undefined) return { head: text.slice(0, at), rest }
  }
  return { head: text }
}

const membersOf = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** From its end, since names may have colons. */
const readHead = (line: string): Rule | string => {
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

export const opWords: Readonly<Record<string, string>> = {
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
export const recordText = ({ record }: Pick<Rule, 'record'>): string =>
  [
    ...(record?.arguments ?? []).map(({ pointer }) => pointer || 'all arguments'),
    ...(record?.result ?? []).map(({ pointer }) => `${pointer || 'all'} of its result`),
  ].join(', ')

/** A rule in words, for where it is only read. */
export const ruleText = ({ name, decision, requiredTrust, when = [], audit, record }: Rule): string =>
  [
    `${name} ${decision}`,
    ...(requiredTrust === undefined || requiredTrust === 'low' || decision === 'deny'
      ? []
      : [`from ${requiredTrust} trust`]),
    ...(when.length === 0 ? [] : [`if ${when.map(conditionText).join(' and ')}`]),
    ...(audit === 'required' ? ['once its record is kept'] : []),
    ...(recordText({ record }) === '' ? [] : [`recording ${recordText({ record })}`]),
  ].join(' ')
