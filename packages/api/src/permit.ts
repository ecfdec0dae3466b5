import { type Action, authorize } from './authorize.ts'
import type { Caller } from './caller.ts'
import { problem, unauthorized } from './problems.ts'
import type { Standing } from './serving/route.ts'

const refusals = {
  unauthorized,
  forbidden: () => problem('forbidden', 'you may not do this'),
  scope_missing: () => problem('scope_missing', 'the API key is narrowed, and not to this'),
}

const ask = ({ role, scopes }: Caller, action: Action, standing: Standing) =>
  authorize({ action, role, scopes, ...standing })

export const may = (caller: Caller, action: Action, standing: Standing): boolean =>
  ask(caller, action, standing).allowed

/** Throws what the caller is told who may not. */
export const permit = (caller: Caller, action: Action, standing: Standing): void => {
  const verdict = ask(caller, action, standing)
  if (!verdict.allowed) throw refusals[verdict.code]()
}

/** What is for administrators alone. */
export const forbidden = refusals.forbidden
