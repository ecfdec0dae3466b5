import { askOf } from './ask.ts'
import type { CompiledPolicy } from './compile.ts'
import { decide } from './decide.ts'
import { markOf, memoEntriesMax } from './memo.ts'
import { kindOf } from './method.ts'
import type { Decision, PolicyRequest } from './model.ts'
import { idOf } from './subject.ts'
import { createWalk } from './walk.ts'

/**
 * Judges one call. Total and deterministic: the same policy, request and instant give the same verdict, and nothing
 * that a request holds makes it throw. A verdict that rests on names and time alone is kept and given again while it
 * stands, without any allocation.
 *
 * @param now epoch milliseconds
 */
export const evaluate = (policy: CompiledPolicy, request: PolicyRequest, now: number): Decision => {
  const { memo, grants } = policy
  const human = idOf(grants.humans, request.human)
  const agent = idOf(grants.agents, request.agent)
  const team = idOf(grants.teams, request.team)
  const target = idOf(policy.targets, request.target ?? '')
  const session = request.session ? (policy.sessions.get(request.session)?.id ?? -1) : 0
  // Strangers and unknown names are judged anew each time: what they send must not push out what is asked often.
  const isKnown = target !== 0 && session >= 0 && human + agent + team !== 0
  if (!isKnown) return decide(policy, askOf(policy, request, now), createWalk())

  const mark = markOf(human, agent, team, session, target)
  const slot = mark & (memoEntriesMax - 1)
  const isRepeated = memo.marks[slot] === mark
  const kept = isRepeated ? memo.entries[slot] : undefined
  if (
    kept !== undefined &&
    kept.ids.target === target &&
    kept.ids.human === human &&
    kept.ids.agent === agent &&
    kept.ids.team === team &&
    kept.session === session &&
    kept.kind === kindOf(request.method) &&
    kept.refType === request.refType &&
    now >= kept.from &&
    now < kept.until
  ) {
    return kept.decision
  }

  memo.marks[slot] = mark
  const ids = { human, agent, team, target }
  const ask = askOf(policy, request, now, ids)
  const walk = createWalk()
  const decision = decide(policy, ask, walk)
  if (isRepeated && walk.repeatable)
    memo.entries[slot] = { ...walk, ids, session, kind: ask.kind, refType: request.refType, decision }
  return decision
}
