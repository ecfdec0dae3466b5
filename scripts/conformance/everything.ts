import type { PolicySource } from '@mcp-sentinel/gateway-middleware'
import { compile } from '@mcp-sentinel/policy'

/** A policy under which everything passes, and every list is gone through. */
export const everything = (): PolicySource => {
  const policy = compile({
    schema_version: 'v2',
    server: { name: 'fixture' },
    policy: { default_decision: 'allow', listing: 'permitted' },
  })
  return {
    current: () => policy,
    onChange: () => () => {},
    status: () => ({ revision: '', loadedAt: undefined, lastError: undefined }),
    close: async () => {},
  }
}
