import { createRequire } from 'node:module'
import { agentName, toolName } from './documents.ts'
import type { Engine, Rule } from './engine.ts'

// Its ES modules are compiled for older engines, and take more than twice as long.
const { newEnforcer, newModelFromString } = createRequire(import.meta.url)(
  'casbin',
) as typeof import('casbin')

const model = `
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj
`

export const createCasbin = async (rules: number): Promise<Engine<Rule>> => {
  const enforcer = await newEnforcer(newModelFromString(model))
  await enforcer.addPolicies(Array.from({ length: rules }, (_, rule) => [agentName(rule), toolName(rule)]))
  return {
    name: 'casbin',
    callOf: (rule) => rule,
    allows: ({ agent, tool }) => enforcer.enforceSync(agent, tool),
  }
}
