import type { Authentication, Bearer } from '@mcp-sentinel/identity'
import type { Caller } from '@mcp-sentinel/policy'
import { after } from '../after.ts'
import type { Identified, Identify, Known, Unidentified } from '../identify.ts'
import { callerInHeaders, isName, lowerCase } from './caller-names.ts'
import { type IdentityHeaders, identityHeaders } from './identity-headers.ts'
import { createPeerTrust, type PeerTrust } from './peer-trust.ts'
import { perPolicy } from './per-policy.ts'

export interface HeaderIdentityOptions {
  /** Names that the policy does not give. */
  readonly headers?: Partial<IdentityHeaders> | undefined
  /**
   * Whose headers count. Anybody can write a header, so it must be somebody who has found out before who calls. Left
   * out: this machine, and requests that tell of no connection. Where networks are named, those are in none.
   */
  readonly trust?: PeerTrust | undefined
  /** Verifies what adapters sign (`createAdapterAssertions`), which then counts from anywhere. */
  readonly assertions?: Bearer | undefined
}

/** Holds what an adapter has signed. */
export const assertionHeader = 'x-mcp-adapter-assertion'

const nobody: Known = { ok: true, caller: {} }
const noName: Unidentified = { ok: false, reason: 'missing_identity' }
const noProof: Unidentified = { ok: false, reason: 'invalid_token' }

/** Who calls, by what headers of a trusted peer say, or by what an adapter has signed. */
export const headerIdentity = (options: HeaderIdentityOptions = {}): Identify => {
  const { assertions } = options
  const isTrusted = createPeerTrust(options.trust)
  const namesOf = perPolicy((policy) => lowerCase(identityHeaders(policy, options.headers)))

  return (exchange, policy) => {
    const assertion = assertions && exchange.header(assertionHeader)
    const counts = assertion !== undefined || isTrusted(exchange.peer)
    if (!counts) return nobody
    const caller = callerInHeaders(exchange, namesOf(policy))
    if (caller === undefined) return noName
    if (assertions === undefined || assertion === undefined) return { ok: true, caller }
    return after(assertions.authenticate(assertion), (authentication) => asserted(authentication, caller))
  }
}

/** What was signed counts, and headers beside it must not say otherwise: somebody would believe them. */
const asserted = (authentication: Authentication, said: Caller): Identified => {
  if (!authentication.ok || authentication.principal.kind !== 'adapter') return noProof
  const { principal, expiresAt } = authentication
  const caller: Caller = principal.caller
  const members = ['human', 'agent', 'team', 'session'] as const
  const agrees = members.every((name) => said[name] === undefined || said[name] === caller[name])
  const hasNames = members.every((name) => caller[name] === undefined || isName(caller[name]))
  return agrees && hasNames ? { ok: true, caller, expiresAt } : noProof
}
