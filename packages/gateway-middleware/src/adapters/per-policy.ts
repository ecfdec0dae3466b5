import type { CompiledPolicy } from '@mcp-sentinel/policy'

/** What follows from a policy, worked out once for as long as it stays in force. */
export const perPolicy = <T>(make: (policy: CompiledPolicy) => T): ((policy: CompiledPolicy) => T) => {
  let last: { readonly policy: CompiledPolicy; readonly made: T } | undefined
  return (policy) => {
    if (last?.policy !== policy) last = { policy, made: make(policy) }
    return last.made
  }
}
