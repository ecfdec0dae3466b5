import { z } from 'zod'
import { serverRef, subject } from './access.ts'
import { flag, instant, secretKeyRef, text, trust } from './fields.ts'
import { apiVersion, metadata } from './metadata.ts'
import { accessStatus } from './status.ts'

/** What somebody has consented to for an agent, until when, and whether it was taken back. */
export const mcpAgentSession = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('MCPAgentSession'),
  metadata,
  spec: z.strictObject({
    serverRef,
    subject,
    consentedTrust: trust.optional(),
    /** Left out means never. */
    expiresAt: instant.optional(),
    /** When it began, for the server's `maxLifetime`; the object's creation where it is left out. */
    issuedAt: instant.optional(),
    revoked: flag,
    upstreamTokenSecretRef: secretKeyRef.optional(),
    policyVersion: text().optional(),
  }),
  status: accessStatus.optional(),
})

export type MCPAgentSession = z.output<typeof mcpAgentSession>
