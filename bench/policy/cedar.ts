import {
  type EntityUidJson,
  preparsePolicySet,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import { agentName, toolName } from './documents.ts'
import type { Engine } from './engine.ts'

const entity = (type: string, id: string): EntityUidJson => ({ type, id })

/** One policy for each rule, parsed once. Any action: naming one as well only makes it slower. */
export const createCedar = (rules: number): Engine<StatefulAuthorizationCall> => {
  const preparsedPolicySetId = `rules-${rules}`
  const staticPolicies = Array.from(
    { length: rules },
    (_, rule) =>
      `permit(principal == Agent::"${agentName(rule)}", action, resource == Tool::"${toolName(rule)}");`,
  ).join('\n')
  const parsed = preparsePolicySet(preparsedPolicySetId, { staticPolicies })
  if (parsed.type === 'failure') throw new Error(`Cedar: ${parsed.errors[0]?.message}`)
  return {
    name: 'Cedar',
    callOf: ({ agent, tool }) => ({
      principal: entity('Agent', agent),
      action: entity('Action', 'call'),
      resource: entity('Tool', tool),
      context: {},
      entities: [],
      preparsedPolicySetId,
    }),
    allows: (call) => {
      const answer = statefulIsAuthorized(call)
      if (answer.type === 'failure') throw new Error(`Cedar: ${answer.errors[0]?.message}`)
      return answer.response.decision === 'allow'
    },
  }
}
