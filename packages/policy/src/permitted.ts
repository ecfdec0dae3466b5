import { askOf } from './ask.ts'
import type { CompiledPolicy } from './compile.ts'
import { decide, isGoverned } from './decide.ts'
import type { Caller, PolicyRequest } from './model.ts'
import { idOf } from './subject.ts'
import { createWalk } from './walk.ts'

/** `depends`: on the arguments, or on something else that only a real call shows. */
export type Permission = 'yes' | 'no' | 'depends'

export interface Permitted {
  /** Each tool of the inventory. */
  readonly tools: readonly { readonly name: string; readonly permission: Permission }[]
  /** Names of resources that grants allow this caller, exact or ending in `*`; what is listed is asked with `may`. */
  readonly resources: readonly string[]
  readonly prompts: readonly string[]
  /** May the caller use this one? The question a list filter asks of each item. */
  readonly may: (method: string, target: string) => Permission
}

/** What a call may be, without making it: arguments are not known, nor is what only a live call tells. */
export const permission = (policy: CompiledPolicy, request: PolicyRequest, now: number): Permission => {
  const ask = askOf(policy, request, now)
  const knowsArgument = () => false
  const best = decide(policy, ask, createWalk({ inFavour: true, knowsArgument }))
  if (!best.allowed) return 'no'
  const worst = decide(policy, ask, createWalk({ inFavour: false, knowsArgument }))
  return worst.allowed ? 'yes' : 'depends'
}

const methods = { tools: 'tools/call', resources: 'resources/read', prompts: 'prompts/get' } as const

/** What may this caller use, here and now? */
export const permitted = (policy: CompiledPolicy, caller: Caller, now: number): Permitted => {
  const may = (method: string, target: string): Permission =>
    permission(policy, { ...caller, method, target }, now)
  const { humans, agents, teams } = policy.grants
  const grants = policy.grants.find(
    idOf(humans, caller.human),
    idOf(agents, caller.agent),
    idOf(teams, caller.team),
  )
  const namesOf = (kind: 'resources' | 'prompts'): readonly string[] => {
    if (!isGoverned(policy.document, kind)) return ['*']
    const rules = grants.flatMap((grant) => [...grant[kind].exact, ...grant[kind].patterns])
    const names = new Set(rules.filter(({ denies }) => !denies).map(({ name }) => name))
    // A pattern is asked by a name that it covers and no other rule is likely to name: its own prefix.
    return [...names].filter((name) => may(methods[kind], name.replace(/\*$/, '')) !== 'no').sort()
  }
  return {
    tools: [...policy.tools.keys()].map((name) => ({ name, permission: may(methods.tools, name) })),
    resources: namesOf('resources'),
    prompts: namesOf('prompts'),
    may,
  }
}
