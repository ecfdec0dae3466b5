import type { Decision, PolicyRequest } from '@mcp-sentinel/policy'
import { type ConsideredGrant, type Step, steps } from '@mcp-sentinel/policy/explain'
import { whyRefused } from '../events/sentence.ts'

const passed: Readonly<Record<Step, string>> = {
  'kill-switch': 'Server and tool are switched on',
  identity: 'Somebody is named as the caller',
  session: 'The session holds',
  method: 'The method is one that is governed',
  definition: 'The tool is as it was pinned',
  grants: 'A grant speaks of the caller',
  denials: 'No rule denies it',
  rules: 'A rule allows it',
  'side-effect': 'What it does to the world is granted',
  trust: 'Trust suffices',
}

export interface ToldStep {
  readonly step: Step
  readonly says: string
  readonly outcome: 'passed' | 'failed' | 'not-reached'
}

/** The checks in their order, up to the one that refused. */
export const stepsTold = (failedStep: Step | undefined): readonly ToldStep[] => {
  const failedAt = failedStep === undefined ? steps.length : steps.indexOf(failedStep)
  return steps.map((step, at) => ({
    step,
    says: passed[step],
    outcome: at < failedAt ? 'passed' : at === failedAt ? 'failed' : 'not-reached',
  }))
}

/** What a decision comes to, in one sentence. */
export const decisionSentence = (decision: Decision, request: PolicyRequest): string => {
  const tool = request.target || request.method
  const agent = request.agent || request.human || 'the caller'
  const { matchedGrant, byDefault } = decision
  if (decision.wouldBe !== undefined && !decision.wouldBe.allowed)
    return `Passes, since the policy only observes; it would be refused: ${why(decision.wouldBe, tool, agent)}.`
  if (!decision.allowed) return `Refused: ${why(decision, tool, agent)}.`
  if (byDefault) return `Allowed by default: no rule speaks of ${tool}.`
  return matchedGrant === undefined
    ? `Allowed: nothing governs ${tool} here.`
    : `Allowed: ${matchedGrant.name} lets ${agent} use ${tool}.`
}

/** Why it was refused, as a sentence of its own. */
export const refusalSentence = (decision: Decision, request: PolicyRequest): string => {
  const text = why(decision, request.target || request.method, request.agent || request.human || 'the caller')
  // A tool is called what it is called, also where a sentence begins.
  return text.startsWith(request.target || ' ')
    ? `${text}.`
    : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const why = (decision: Decision, tool: string, agent: string): string =>
  whyRefused(decision.reason, {
    tool,
    agent,
    record: {
      ...(decision.requiredTrust && { required_trust: decision.requiredTrust }),
      ...(decision.requiredSideEffect && { required_side_effect: decision.requiredSideEffect }),
      ...(decision.adminTrust && { admin_trust: decision.adminTrust }),
      ...(decision.consentedTrust && { consented_trust: decision.consentedTrust }),
    },
  })

/** What became of one grant that speaks of the caller. */
export const grantSentence = (
  { outcome, rule, pointer }: ConsideredGrant,
  tool: string,
  sideEffect: string | undefined,
): string => {
  switch (outcome) {
    case 'disabled':
      return 'is disabled'
    case 'not-yet-valid':
      return 'does not count yet'
    case 'no-longer-valid':
      return 'counts no longer'
    case 'denies':
      return `denies it by its rule ${rule}`
    case 'names-not':
      return `has no rule for ${tool}`
    case 'condition-not-met':
      return `allows ${rule} with another ${pointer || 'argument'} only`
    case 'side-effect-not-listed':
      return `does not list ${sideEffect ?? 'this side effect'}`
    case 'admits':
      return 'admits it'
  }
}
