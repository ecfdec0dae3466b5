import type { CompiledPolicy } from '@mcp-sentinel/policy'
import { type Reads, readsOf } from './scanning/place.ts'

const known = new WeakMap<CompiledPolicy, Reads>()
const nothing = readsOf([])

/** Which arguments the conditions of a policy look at: there no name may be read in two ways. */
export const policyReads = (policy: CompiledPolicy | undefined): Reads => {
  if (policy === undefined) return nothing
  const kept = known.get(policy)
  if (kept !== undefined) return kept
  const rules = (policy.document.grants ?? []).flatMap((grant) => grant.tool_rules ?? [])
  const reads = readsOf(new Set(rules.flatMap(({ when = [] }) => when.map(({ pointer }) => pointer))))
  known.set(policy, reads)
  return reads
}
