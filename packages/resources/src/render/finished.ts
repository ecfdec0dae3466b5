import type { PolicyDocument } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import type { RenderedReason } from '../conditions.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'
import type { ObjectKey } from '../store.ts'
import { textOf } from './bytes.ts'
import { type Finding, finding, namespaceOf } from './finding.ts'

export interface RenderedPolicy {
  readonly document: PolicyDocument
  /** The document as it goes into a file or a ConfigMap: equal resources give equal bytes. */
  readonly text: string
  /** Of the server, and of every grant and session that speaks of it. */
  readonly findings: readonly Finding[]
}

/** A document and the revision that names what it says. */
export const finished = ({ schema_version, ...content }: PolicyDocument): PolicyDocument => ({
  schema_version,
  revision: revisionOf({ schema_version, ...content }),
  ...content,
})

/** A policy under which every call is refused, in `observe` too; and why. */
export const shutPolicy = (
  server: MCPServer,
  cluster: string | undefined,
  reason: RenderedReason,
  message: string,
): RenderedPolicy => ({
  ...shutFor({ namespace: namespaceOf(server), name: server.metadata.name }, cluster),
  findings: [finding(server, reason, message)],
})

/** The same for a server that is not there. */
export const shutFor = ({ namespace, name }: ObjectKey, cluster: string | undefined): RenderedPolicy => {
  const server = { name, namespace, ...(cluster === undefined ? {} : { cluster }), disabled: true }
  const document = finished({ schema_version: 'v2', server })
  return { document, text: textOf(document), findings: [] }
}
