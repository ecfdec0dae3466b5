import { type CompiledPolicy, compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { formatIssue, parsePolicyText } from '@mcp-sentinel/policy/text'
import type { PolicySource } from '../policy-source.ts'
import { createListeners } from './listeners.ts'

export interface LastGood extends Omit<PolicySource, 'close'> {
  /** Puts a policy in force, if it is another. */
  readonly accept: (document: PolicyDocument) => void
  /** Says why what there is now is not in force; what was stays. */
  readonly fail: (why: string) => void
}

/** The last policy that could be read: only another good one takes its place. */
export const createLastGood = (clock: () => number): LastGood => {
  const listeners = createListeners()
  let policy: CompiledPolicy | undefined
  let loadedAt: number | undefined
  let lastError: string | undefined

  return {
    current: () => policy,
    onChange: listeners.add,
    status: () => ({ revision: policy?.document.revision ?? '', loadedAt, lastError }),
    accept: (document) => {
      lastError = undefined
      if (policy?.document.revision === document.revision) return
      policy = compile(document)
      loadedAt = clock()
      listeners.call()
    },
    fail: (why) => {
      lastError = why
    },
  }
}

export type Read =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly why: string }

/** Reads a policy; what is wrong with it is told line by line. */
export const readPolicy = (text: string, name: string): Read => {
  const parsed = parsePolicyText(text)
  return parsed.ok
    ? { ok: true, document: parsed.value }
    : { ok: false, why: parsed.issues.map((issue) => formatIssue(issue, name)).join('\n') }
}
