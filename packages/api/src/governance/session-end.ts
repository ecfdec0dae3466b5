import type { MCPAgentSession, MCPServer } from '@mcp-sentinel/resources'
import { durationMs } from './duration.ts'

/** When a session ends, in epoch milliseconds: by itself, or by how long the server lets sessions live. */
export const endOf = ({ metadata, spec }: MCPAgentSession, server: MCPServer): number => {
  const { maxLifetime } = server.spec.session ?? {}
  const began = [spec.issuedAt, metadata.creationTimestamp]
    .map((instant) => Date.parse(instant ?? ''))
    .filter((at) => !Number.isNaN(at))
  return Math.min(
    spec.expiresAt ? Date.parse(spec.expiresAt) : Number.POSITIVE_INFINITY,
    // Nobody makes a session younger by what they write into it.
    maxLifetime && began.length > 0 ? Math.min(...began) + durationMs(maxLifetime) : Number.POSITIVE_INFINITY,
  )
}
