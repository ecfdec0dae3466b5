import { parsePointer } from '../condition.ts'
import type { Condition, PolicyRequest } from '../model.ts'
import type { Edit } from './edit.ts'
import { ask, type Proposal, propose } from './proposal.ts'

/** An argument with which the condition clearly holds, or clearly does not; none where nobody can name one. */
export const argumentProposals = (
  request: PolicyRequest,
  condition: Condition,
  shouldHold: boolean,
): readonly Proposal[] => {
  const path = parsePointer(condition.pointer)
  if (path === undefined || path.length === 0) return []
  const at = ['arguments', ...path]
  const exact: Edit[] = request.inexact?.length ? [ask(['inexact'], [])] : []
  if (condition.op === 'exists' || condition.op === 'absent') {
    return (condition.op === 'exists') === shouldHold
      ? [propose(`give ${condition.pointer}`, ask(at, ''))]
      : [propose(`leave out ${condition.pointer}`, { in: 'request', op: 'remove', path: at })]
  }
  const value = valueFor(condition, shouldHold)
  return value === undefined
    ? []
    : [propose(`call with ${condition.pointer} = ${JSON.stringify(value)}`, ask(at, value), ...exact)]
}

const valueFor = (condition: Condition, shouldHold: boolean): unknown => {
  switch (condition.op) {
    case 'eq':
    case 'prefix':
    case 'suffix':
    case 'contains':
      return shouldHold ? condition.value : otherThan([condition.value])
    case 'ne':
      return shouldHold ? otherThan([condition.value]) : condition.value
    case 'in':
      return shouldHold ? condition.value[0] : otherThan(condition.value)
    case 'not_in':
      return shouldHold ? otherThan(condition.value) : condition.value[0]
    case 'lte':
    case 'gte':
      return shouldHold ? condition.value : condition.op === 'lte' ? condition.value + 1 : condition.value - 1
    case 'lt':
      return shouldHold ? condition.value - 1 : condition.value
    case 'gt':
      return shouldHold ? condition.value + 1 : condition.value
    default:
      return undefined
  }
}

/** A value of the same type that is none of these. */
const otherThan = (values: readonly unknown[]): unknown => {
  if (typeof values[0] === 'boolean')
    return values.includes(true) ? (values.includes(false) ? undefined : false) : true
  if (typeof values[0] === 'number')
    return values.reduce<number>((other, value) => (value === other ? other + 1 : other), 0)
  return ''
}
