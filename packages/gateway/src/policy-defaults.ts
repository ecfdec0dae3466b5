import type { PolicySource } from '@mcp-sentinel/gateway-middleware'
import { type CompiledPolicy, compile, type PolicyDocument } from '@mcp-sentinel/policy'

/** Fills in what documents leave out. What they say is checked against their revision before, so it stays as it is. */
export const withDefaults = (
  source: PolicySource,
  complete: (document: PolicyDocument) => PolicyDocument,
): PolicySource => {
  let from: CompiledPolicy | undefined
  let completed: CompiledPolicy | undefined
  return {
    ...source,
    current: () => {
      const given = source.current()
      if (given !== from) {
        from = given
        completed = given && compile(complete(given.document))
      }
      return completed
    },
  }
}
