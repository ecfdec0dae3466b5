import type { IncomingMessage } from 'node:http'
import type { TraceContext } from '@mcp-sentinel/events'
import type { Passed } from '@mcp-sentinel/gateway-middleware'
import { assertionHeader } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import {
  type IdentityHeaders,
  identityHeaders,
} from '@mcp-sentinel/gateway-middleware/adapters/identity-headers'
import type { Caller, CompiledPolicy } from '@mcp-sentinel/policy'
import { onwardHeaders } from './forwarded-headers.ts'
import type { SessionIds } from './session-id.ts'
import type { UpstreamCredential } from './upstream-credential.ts'

/** What a policy says of headers, read once. */
interface Rules {
  readonly policy: CompiledPolicy
  readonly identity: IdentityHeaders
  readonly without: ReadonlySet<string>
  /** Where the answer is to be looked into, and so has to be readable. */
  readonly withoutCoding: ReadonlySet<string>
}

export interface OnwardHeadersOptions {
  readonly sessionIds: SessionIds
  readonly credential: UpstreamCredential
}

/** Headers of a request as the server behind us may see them: who calls is what we established, never what was sent. */
export const createOnwardHeaders = ({ sessionIds, credential }: OnwardHeadersOptions) => {
  let last: Rules | undefined

  const rulesOf = (policy: CompiledPolicy): Rules => {
    if (last?.policy === policy) return last
    const identity = identityHeaders(policy)
    const stopped = [
      'mcp-session-id',
      'content-length',
      'expect',
      assertionHeader,
      'x-forwarded-for',
      'x-forwarded-proto',
    ]
    const without = new Set(
      [...Object.values(identity), ...credential.withheld(policy), ...stopped].map((name) =>
        name.toLowerCase(),
      ),
    )
    last = { policy, identity, without, withoutCoding: new Set([...without, 'accept-encoding']) }
    return last
  }

  return (
    req: IncomingMessage,
    passed: Passed,
    bodyBytes: number | undefined,
    trace: TraceContext | undefined,
  ): string[] => {
    const { caller, policy, era, look } = passed
    const { identity, without, withoutCoding } = rulesOf(policy)
    const stopped = look === undefined ? without : withoutCoding
    const headers = onwardHeaders(
      req.rawHeaders,
      trace === undefined ? stopped : new Set([...stopped, ...spanHeaders]),
    )
    const set = (name: string, value: string | undefined): void => {
      if (value) headers.push(name, value)
    }
    setIdentity(set, identity, caller)
    const outward = req.headers['mcp-session-id']
    if (era === 'legacy' && typeof outward === 'string')
      set('mcp-session-id', sessionIds.unseal(caller, outward))
    if (bodyBytes !== undefined) set('content-length', String(bodyBytes))
    const { remoteAddress } = req.socket
    const before = req.headers['x-forwarded-for']
    set('x-forwarded-for', before === undefined ? remoteAddress : `${before}, ${remoteAddress}`)
    set('x-forwarded-proto', 'encrypted' in req.socket ? 'https' : 'http')
    for (const name of spanHeaders) set(name, trace?.[name])
    for (const [name, value] of Object.entries(credential.headersFor(passed))) set(name, value)
    return headers
  }
}

/** Where one stands in a trace; `baggage` is the caller's, and goes on as it came. */
const spanHeaders = ['traceparent', 'tracestate'] as const

const setIdentity = (
  set: (name: string, value: string | undefined) => void,
  names: IdentityHeaders,
  { human, agent, team, session }: Caller,
): void => {
  set(names.human, human)
  set(names.agent, agent)
  set(names.team, team)
  set(names.session, session)
}
