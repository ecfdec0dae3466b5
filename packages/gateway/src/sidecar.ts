import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Gateway, Passed } from '@mcp-sentinel/gateway-middleware'
import { type AdmittedRequest, admitNode, answerNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { bodyHeaders, createListingBody } from '@mcp-sentinel/gateway-middleware/listing-body'
import type { Upstream } from './forward.ts'
import { returnedHeaders } from './forwarded-headers.ts'
import type { LiveDefinitions } from './live-definitions.ts'
import { createOnwardHeaders } from './onward-headers.ts'
import type { StartOnward } from './request-spans.ts'
import type { SessionIds } from './session-id.ts'
import type { UpstreamCredential } from './upstream-credential.ts'
import { upstreamFault } from './upstream-fault.ts'

export interface SidecarOptions {
  readonly gateway: Gateway
  readonly upstream: Upstream
  readonly sessionIds: SessionIds
  readonly credential: UpstreamCredential
  /** Taken off the front of paths, segment by segment. */
  readonly stripPrefix?: string | undefined
  /** Told when the server says that its tools have changed. */
  readonly definitions?: Pick<LiveDefinitions, 'changed'> | undefined
  /** Spans of what is sent on, where requests have spans. */
  readonly startOnward?: StartOnward | undefined
  /** Told what went wrong here and was no client's fault. */
  readonly report?: ((error: unknown) => void) | undefined
}

export interface Sidecar {
  /** Answers a request, or has the server behind us answer it. Never rejects. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>
}

/** Stands before one MCP server: what it lets pass goes on byte for byte, and comes back the same way. */
export const createSidecar = (options: SidecarOptions): Sidecar => {
  const {
    gateway,
    upstream,
    sessionIds,
    credential,
    stripPrefix = '',
    definitions,
    startOnward,
    report = () => {},
  } = options
  const headersOf = createOnwardHeaders({ sessionIds, credential })

  const forward = (req: IncomingMessage, res: ServerResponse, { passed, body }: AdmittedRequest): void => {
    const bytes = body.kind === 'bytes' ? body.bytes : undefined
    const span = startOnward?.(req.method ?? 'GET', passed)
    passed.onCut(() => res.destroy())
    upstream.forward({
      method: req.method ?? 'GET',
      path: strip(req.url ?? '/', stripPrefix),
      headers: headersOf(req, passed, bytes?.length, span?.context),
      body: bytes,
      res,
      head: (_, headers) => returned(passed, headers),
      seen: definitions && ((chunk) => chunk.includes(toolsChanged) && definitions.changed()),
      ended: (end) => {
        span?.end({ kind: end.kind, status: end.kind === 'failed' || !res.headersSent ? 0 : res.statusCode })
        if (end.kind !== 'failed')
          return passed.close({ status: res.statusCode, bytesOut: end.bytesOut, outcome: end.kind })
        const fault = upstreamFault(end.status, passed)
        answerNode(res, fault)
        passed.close({ status: fault.status, bytesOut: Buffer.byteLength(fault.body), outcome: 'closed' })
      },
    })
  }

  const returned = ({ caller, look }: Passed, headers: IncomingHttpHeaders) => {
    const body = look && createListingBody(headers['content-type'], look)
    const back = returnedHeaders(headers, body === undefined ? nothing : changedBody)
    const inner = headers['mcp-session-id']
    if (typeof inner === 'string') back['mcp-session-id'] = sessionIds.seal(caller, inner)
    return { headers: back, body }
  }

  return {
    handle: async (req, res) => {
      let admitted: AdmittedRequest | undefined
      try {
        admitted = await admitNode(gateway, req, res)
        if (admitted !== undefined) forward(req, res, admitted)
      } catch (error) {
        report(error)
        res.destroy()
        admitted?.passed.close({ status: 500, bytesOut: 0, outcome: 'aborted' })
      }
    },
  }
}

/** Whoever talks of it in other words is asked again all the same, some time. */
const toolsChanged = 'notifications/tools/list_changed'

const nothing: ReadonlySet<string> = new Set()
const changedBody: ReadonlySet<string> = new Set(bodyHeaders)

/** `/x/y` without `/x` is `/y`; `/xy` keeps all of it. */
const strip = (url: string, prefix: string): string => {
  if (prefix === '' || !url.startsWith(prefix)) return url
  const rest = url.slice(prefix.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : url
}
