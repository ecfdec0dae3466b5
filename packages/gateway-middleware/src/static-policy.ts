import { type CompiledPolicy, compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import type { PolicySource } from './policy-source.ts'

/** A policy that stays as it is, from a document in code or one that was compiled already. */
export const staticPolicy = (given: PolicyDocument | CompiledPolicy, loadedAt = Date.now()): PolicySource => {
  const policy = withRevision('document' in given ? given : compile(given))
  const { revision = '' } = policy.document
  return {
    current: () => policy,
    onChange: () => () => {},
    status: () => ({ revision, loadedAt, lastError: undefined }),
    close: async () => {},
  }
}

/** Records name the policy that they rest on, so it needs a name. */
const withRevision = (policy: CompiledPolicy): CompiledPolicy => {
  const { document } = policy
  return document.revision ? policy : { ...policy, document: { ...document, revision: revisionOf(document) } }
}
