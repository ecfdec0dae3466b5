import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'

/**
 * What is left of a grant that is no good: its rules that deny, whatever the arguments and the hour, and nothing that it
 * would admit. Leaving such a grant out whole would allow what it forbids.
 */
export const deniesAlone = (grant: MCPAccessGrant): MCPAccessGrant => {
  const { serverRef, subject, disabled, toolRules, resourceRules, promptRules } = grant.spec
  return {
    ...grant,
    spec: {
      serverRef,
      subject,
      disabled,
      allowedSideEffects: [],
      toolRules: denying(toolRules),
      resourceRules: denying(resourceRules),
      promptRules: denying(promptRules),
    },
  }
}

/** Does it take something away from somebody? */
export const denies = ({ spec }: MCPAccessGrant): boolean =>
  spec.disabled !== true &&
  [spec.toolRules, spec.resourceRules, spec.promptRules].some((rules) => denying(rules).length > 0)

interface Denying {
  readonly name: string
  readonly decision?: 'allow' | 'deny' | undefined
}

const denying = (rules: readonly Denying[] | undefined) => {
  const names = (rules ?? []).filter(({ decision }) => decision === 'deny').map(({ name }) => name)
  return [...new Set(names)].map((name) => ({ name, decision: 'deny' as const }))
}
