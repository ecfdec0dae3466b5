import { z } from 'zod'
import { promptRules, resourceRules, serverRef, subject, toolRules } from './access.ts'
import { flag, instant, list, sideEffect, text, trust } from './fields.ts'
import { apiVersion, metadata } from './metadata.ts'
import { accessStatus } from './status.ts'

/** Who may use what of a server, and with how much trust at most. */
export const mcpAccessGrant = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('MCPAccessGrant'),
  metadata,
  spec: z.strictObject({
    serverRef,
    subject,
    maxTrust: trust.optional(),
    /** Without any, a grant admits nothing. */
    allowedSideEffects: list(sideEffect, 3),
    policyVersion: text().optional(),
    disabled: flag,
    notBefore: instant.optional(),
    notAfter: instant.optional(),
    toolRules,
    resourceRules,
    promptRules,
  }),
  status: accessStatus.optional(),
})

export type MCPAccessGrant = z.output<typeof mcpAccessGrant>
