import { type Rule, ruleText } from '../rules-editor/rules-text.ts'

/** A member of a draft in words, for where it is only read. */
export const valueText = (value: unknown): string => {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(partText).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const partText = (part: unknown): string => (typeof part === 'string' ? part : ruleText(part as Rule))
