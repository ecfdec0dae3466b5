import type { Finding, ObjectKey, RenderedPolicy } from '@mcp-sentinel/resources'
import type { RenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import { idOf } from './paging.ts'

/** What the policy of a server makes of an object that speaks of it; undefined where it says nothing of it. */
export type VerdictOf = (
  server: ObjectKey,
  object: ObjectKey & { readonly kind: string },
) => Finding['verdict'] | undefined

/** Asked of many objects of one server, it looks through what its policy says once. */
export const createVerdicts = (policies: () => RenderedPolicies): VerdictOf => {
  const indexes = new WeakMap<RenderedPolicy, ReadonlyMap<string, Finding['verdict']>>()
  const indexOf = (policy: RenderedPolicy): ReadonlyMap<string, Finding['verdict']> => {
    const index =
      indexes.get(policy) ??
      new Map(policy.findings.map((one) => [`${one.kind} ${idOf(one)}`, one.verdict] as const))
    indexes.set(policy, index)
    return index
  }
  return (server, object) => {
    const policy = policies().current(server)
    return policy && indexOf(policy).get(`${object.kind} ${idOf(object)}`)
  }
}
