import type { Condition, MCPAccessGrant, MCPAgentSession, MCPServer } from '@mcp-sentinel/resources'
import { endOf } from './session-end.ts'

export interface InForce {
  readonly value: boolean
  readonly reason: string
  readonly message: string
}

/** What the rendering of the policy said of an object, now or when its status was written. */
export type RenderedVerdict = Pick<Condition, 'status' | 'reason' | 'message'>

const no = (reason: string, message: string): InForce => ({ value: false, reason, message })

/** Whether a grant or a session counts at the gateway, and if not, why. */
export const inForce = (
  resource: MCPAccessGrant | MCPAgentSession,
  server: MCPServer | undefined,
  /** Asked last: to know it, a policy may have to be rendered. */
  verdictOf: () => RenderedVerdict | undefined,
  now: number,
): InForce => {
  const { serverRef } = resource.spec
  const own = resource.metadata.namespace
  if (serverRef.namespace !== undefined && serverRef.namespace !== own)
    return no('ForeignServer', 'refers to a server of another namespace, which is not heeded')
  if (server === undefined) return no('ServerMissing', `there is no server ${own}/${serverRef.name}`)
  const said =
    resource.kind === 'MCPAccessGrant' ? grantSays(resource, now) : sessionSays(resource, server, now)
  if (said !== undefined) return said
  const rendered = verdictOf()
  if (rendered !== undefined && (rendered.status === 'False' || rendered.reason === 'AdmitsNothing'))
    return no(rendered.reason, rendered.message)
  if (server.spec.disabled) return no('ServerDisabled', 'the server is disabled: every call is refused')
  return { value: true, reason: 'Rendered', message: 'in force' }
}

const grantSays = ({ spec }: MCPAccessGrant, now: number): InForce | undefined => {
  const { disabled, notBefore, notAfter, allowedSideEffects = [] } = spec
  if (disabled) return no('Disabled', 'the grant is disabled')
  if (notBefore && now < Date.parse(notBefore)) return no('NotYetValid', `counts from ${notBefore} on`)
  if (notAfter && now >= Date.parse(notAfter)) return no('NoLongerValid', `counted until ${notAfter}`)
  if (allowedSideEffects.length === 0)
    return no('AdmitsNothing', 'lists no allowedSideEffects, so it lets nobody call a tool')
  return undefined
}

const sessionSays = (session: MCPAgentSession, server: MCPServer, now: number): InForce | undefined => {
  const { spec } = session
  if (spec.revoked) return no('Revoked', 'the session was revoked')
  // As the evaluator has it: what cannot be read is over.
  if (spec.expiresAt && !(now < Date.parse(spec.expiresAt)))
    return no('Expired', `ended at ${spec.expiresAt}`)
  if (now >= endOf(session, server)) return no('Ended', 'has lived as long as the server lets sessions live')
  return undefined
}
