import type { CompiledPolicy, CompiledSession } from './compile.ts'
import type { Caller, Session } from './model.ts'
import { speaksOf } from './subject.ts'

/** The session that a caller presents, when it is theirs; whether it is live is another question. */
export const findSession = (policy: CompiledPolicy, caller: Caller): CompiledSession | undefined =>
  policy.sessions.get(caller.session ?? '')?.sessions.find(({ binding }) => speaksOf(binding, caller))

export const sessionOf = (policy: CompiledPolicy, caller: Caller): Session | undefined =>
  findSession(policy, caller)?.binding
