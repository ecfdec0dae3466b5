import { type CompiledPolicy, compile } from '@mcp-sentinel/policy'
import type { ObjectKey, RenderedPolicy } from '@mcp-sentinel/resources'
import type { RenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import type { Engines } from '../engines.ts'
import { problem } from '../problems.ts'
import { getResource } from './resource.ts'

/** The policy of a server as its resources make it. Throws `not_found` where there is no such server. */
export const policyInForce = async (
  { resources, policies }: Engines,
  server: ObjectKey,
  signal: AbortSignal,
): Promise<RenderedPolicy> => {
  await getResource(resources(), 'MCPServer', server)
  return policies().current(server) ?? firstOf(policies(), server, signal)
}

const patienceMs = 5_000

/** As soon as all resources were read once. */
const firstOf = async (
  policies: RenderedPolicies,
  server: ObjectKey,
  signal: AbortSignal,
): Promise<RenderedPolicy> => {
  const { promise, resolve, reject } = Promise.withResolvers<RenderedPolicy>()
  const giveUp = () =>
    reject(problem('resources_unavailable', 'the resources are being read yet', { retryAfterS: 1 }))
  const late = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  late.addEventListener('abort', giveUp)
  const leave = policies.subscribe(server, ({ policy }) => resolve(policy))
  return promise.finally(() => {
    leave()
    late.removeEventListener('abort', giveUp)
  })
}

/** Each policy is compiled once for all who ask about it. */
export const createCompiled = (): ((policy: RenderedPolicy) => CompiledPolicy) => {
  const known = new WeakMap<RenderedPolicy, CompiledPolicy>()
  return (policy) => {
    const compiled = known.get(policy) ?? compile(policy.document)
    known.set(policy, compiled)
    return compiled
  }
}
