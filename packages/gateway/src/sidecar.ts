import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Gateway, Passed } from '@mcp-sentinel/gateway-middleware'
import { type AdmittedRequest, admitNode, answerNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { createListingBody } from '@mcp-sentinel/gateway-middleware/listing-body'
import type { Upstream } from './forward.ts'
import { onwardHeaders, returnedHeaders } from './forwarded-headers.ts'
import { identityHeaderNames } from './identity-headers.ts'
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
}

/** Stands before one MCP server: what it lets pass goes on byte for byte, and comes back the same way. */
export const createSidecar = (options: SidecarOptions) => {
  const { gateway, upstream, sessionIds, credential, stripPrefix = '' } = options

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const admitted = await admitNode(gateway, req, res)
    if (admitted !== undefined) await forward(req, res, admitted)
  }

  const forward = async (
    req: IncomingMessage,
    res: ServerResponse,
    admitted: AdmittedRequest,
  ): Promise<void> => {
    const { passed, body } = admitted
    const bytes = body.kind === 'bytes' ? body.bytes : undefined
    passed.onCut(() => res.destroy())
    upstream.forward({
      method: req.method ?? 'GET',
      path: strip(req.url ?? '/', stripPrefix),
      headers: onward(req, passed, bytes),
      body: bytes,
      res,
      head: (_, headers) => returned(passed, headers),
      ended: (end) => {
        if (end.kind !== 'failed')
          return passed.close({ status: res.statusCode, bytesOut: end.bytesOut, outcome: end.kind })
        const fault = upstreamFault(end.status, passed)
        answerNode(res, fault)
        passed.close({ status: fault.status, bytesOut: Buffer.byteLength(fault.body), outcome: 'closed' })
      },
    })
  }

  const onward = (req: IncomingMessage, passed: Passed, bytes: Buffer | undefined): string[] => {
    const { caller, policy, era, show } = passed
    const identity = identityHeaderNames(policy)
    const without = new Set([
      ...Object.values(identity),
      ...credential.withheld(policy),
      'mcp-session-id',
      'content-length',
      'expect',
    ])
    // What is to be looked into has to be readable.
    if (show !== undefined) without.add('accept-encoding')
    const set: Record<string, string> = {}
    for (const part of ['human', 'agent', 'team', 'session'] as const)
      if (caller[part]) set[identity[part]] = caller[part]
    const outward = req.headers['mcp-session-id']
    if (era === 'legacy' && typeof outward === 'string')
      set['mcp-session-id'] = sessionIds.unseal(caller, outward) ?? ''
    if (bytes !== undefined) set['content-length'] = String(bytes.length)
    set['x-forwarded-for'] = [req.headers['x-forwarded-for'], req.socket.remoteAddress]
      .flat()
      .filter(Boolean)
      .join(', ')
    set['x-forwarded-proto'] = 'encrypted' in req.socket ? 'https' : 'http'
    return onwardHeaders(req.rawHeaders, { without, set: { ...set, ...credential.headersFor(passed) } })
  }

  const returned = ({ caller, show }: Passed, headers: IncomingHttpHeaders) => {
    const body = show && createListingBody(headers['content-type'], show)
    const back = returnedHeaders(
      headers,
      new Set(body === undefined ? [] : ['content-length', 'etag', 'digest']),
    )
    const inner = headers['mcp-session-id']
    if (typeof inner === 'string') back['mcp-session-id'] = sessionIds.seal(caller, inner)
    return { headers: back, body }
  }

  return { handle }
}

/** `/x/y` without `/x` is `/y`; `/xy` keeps all of it. */
const strip = (url: string, prefix: string): string => {
  if (prefix === '' || !url.startsWith(prefix)) return url
  const rest = url.slice(prefix.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : url
}
