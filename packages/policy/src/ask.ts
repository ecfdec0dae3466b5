import type { CompiledPolicy, CompiledTool } from './compile.ts'
import type { AskIds } from './memo.ts'
import { kindOf, type MethodKind } from './method.ts'
import type { PolicyRequest } from './model.ts'
import { idOf } from './subject.ts'

/** A call, looked up once: what every step of a decision asks about. */
export interface Ask {
  readonly request: PolicyRequest
  readonly ids: AskIds
  readonly kind: MethodKind
  readonly target: string
  /** What the inventory says of it; undefined for a tool that is not listed, and for whatever is no tool. */
  readonly tool: CompiledTool | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

export const askOf = (policy: CompiledPolicy, request: PolicyRequest, now: number, ids?: AskIds): Ask => {
  const kind = kindOf(request.method)
  const target = request.target ?? ''
  const tool = kind === 'tools' ? policy.tools.get(target) : undefined
  return { request, ids: ids ?? idsOf(policy, request), kind, target, tool, now }
}

const idsOf = ({ grants, targets }: CompiledPolicy, request: PolicyRequest): AskIds => ({
  human: idOf(grants.humans, request.human),
  agent: idOf(grants.agents, request.agent),
  team: idOf(grants.teams, request.team),
  target: idOf(targets, request.target ?? ''),
})
