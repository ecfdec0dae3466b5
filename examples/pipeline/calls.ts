import type { Caller } from '@mcp-sentinel/policy'

export interface Call {
  readonly as: Caller
  readonly tool: string
  readonly expect: 'allow' | 'deny'
}

const inSession: Caller = { agent: 'ops-agent', human: 'user-123', session: 'sess-demo' }

/** One that the policy allows, two that it refuses. */
export const calls: readonly Call[] = [
  { as: inSession, tool: 'list_documents', expect: 'allow' },
  { as: inSession, tool: 'delete_document', expect: 'deny' },
  { as: { agent: 'stray-agent' }, tool: 'list_documents', expect: 'deny' },
]
