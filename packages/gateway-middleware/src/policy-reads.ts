import type { CompiledPolicy, Rule } from '@mcp-sentinel/policy'
import { type Reads, readsOf } from './scanning/place.ts'

/** Which arguments a policy looks at: there no name may be read in two ways. */
export interface PolicyReads {
  /** Of the calls of whatever tool. */
  readonly any: Reads
  /** Of calls of these tools alone: the rules of others do not look at theirs. */
  readonly of: (tools: readonly string[]) => Reads
}

const known = new WeakMap<CompiledPolicy, PolicyReads>()
const nothing = readsOf([])
const none: PolicyReads = { any: nothing, of: () => nothing }

export const policyReads = (policy: CompiledPolicy | undefined): PolicyReads => {
  if (policy === undefined) return none
  const kept = known.get(policy)
  if (kept !== undefined) return kept
  const rules = (policy.document.grants ?? []).flatMap((grant) => grant.tool_rules ?? [])
  const reads = readsOfRules(rules, policy.document.schema_version === 'v2')
  known.set(policy, reads)
  return reads
}

const readsOfRules = (rules: readonly Rule[], hasPatterns: boolean): PolicyReads => {
  const byName = new Map<string, Set<string>>()
  for (const rule of rules) {
    const pointers = pointersOf(rule)
    if (pointers.length === 0) continue
    byName.set(rule.name, new Set([...(byName.get(rule.name) ?? []), ...pointers]))
  }
  if (byName.size === 0) return none
  const patterns = [...byName.keys()].filter((name) => hasPatterns && name.endsWith('*'))
  const namesFor = (tool: string): readonly string[] => [
    tool,
    ...patterns.filter((name) => tool.startsWith(name.slice(0, -1))),
  ]
  return {
    any: readsOf(new Set([...byName.values()].flatMap((pointers) => [...pointers]))),
    of: (tools) => readsOf(new Set(tools.flatMap(namesFor).flatMap((name) => [...(byName.get(name) ?? [])]))),
  }
}

const pointersOf = ({ when = [], record }: Rule): readonly string[] =>
  [...when, ...(record?.arguments ?? [])].map(({ pointer }) => pointer)
