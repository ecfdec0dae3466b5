import type { CompiledRule } from './compile.ts'
import { holds, type Truth } from './condition.ts'
import type { PolicyRequest } from './model.ts'
import type { Walk } from './walk.ts'

/** Whether all conditions of a rule hold. */
export interface Weight {
  readonly truth: Truth
  /** True when that rests on an argument that was not recorded. */
  readonly inDoubt: boolean
  /** The argument of the condition that decided, unless all hold. */
  readonly pointer: string | undefined
}

const UNCONDITIONAL: Weight = { truth: true, inDoubt: false, pointer: undefined }

/** All conditions together: one clear no decides, then one doubt, then one unknown. */
export const weigh = (rule: CompiledRule | undefined, request: PolicyRequest, walk: Walk): Weight => {
  if (rule === undefined || rule.conditions.length === 0) return UNCONDITIONAL
  walk.repeatable = false
  let weight = UNCONDITIONAL
  for (const condition of rule.conditions) {
    const { pointer } = condition
    const inDoubt = walk.doubt?.knowsArgument(pointer) === false
    const truth = inDoubt ? undefined : holds(condition, request)
    if (truth === false) return { truth, inDoubt, pointer }
    if (truth === undefined && !weight.inDoubt && (inDoubt || weight.truth))
      weight = { truth, inDoubt, pointer }
  }
  return weight
}
