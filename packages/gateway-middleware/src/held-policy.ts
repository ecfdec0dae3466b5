import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { createListeners } from './adapters/listeners.ts'
import type { PolicySource } from './policy-source.ts'
import { staticPolicy } from './static-policy.ts'

export interface HeldPolicy extends PolicySource {
  /** Puts another in force at once; none: all is refused. */
  readonly set: (document: PolicyDocument | undefined) => void
}

/** A policy that code holds and changes, such as that of an application with rules of its own. */
export const heldPolicy = (first?: PolicyDocument): HeldPolicy => {
  const listeners = createListeners()
  const held = (document: PolicyDocument | undefined) => document && staticPolicy(compile(document))
  let present = held(first)
  let isClosed = false
  return {
    current: () => present?.current(),
    onChange: listeners.add,
    status: () => present?.status() ?? { revision: '', loadedAt: undefined, lastError: undefined },
    set: (document) => {
      if (isClosed) return
      present = held(document)
      listeners.call()
    },
    close: async () => {
      isClosed = true
    },
  }
}
