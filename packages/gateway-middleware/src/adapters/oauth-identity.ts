import {
  type Authentication,
  type Bearer,
  challengeOf,
  createBearer,
  createDiscoveredKeys,
  createRemoteKeys,
  isHttpsOrLoopback,
  type Principal,
} from '@mcp-sentinel/identity'
import type { Caller, CompiledPolicy } from '@mcp-sentinel/policy'
import type { Identified, Identify, Known, Unidentified } from '../identify.ts'
import { presentedToken } from './bearer-token.ts'
import { isName, readName } from './caller-names.ts'
import { type IdentityHeaders, identityHeaders } from './identity-headers.ts'
import { perPolicy } from './per-policy.ts'
import { resourceMetadataUrl } from './resource-metadata.ts'

/** Where the policy's `auth.mode` is `oauth`, what it says of issuer, audience and token header comes first. */
export interface OAuthIdentityOptions {
  /** The URL that clients use for the server. */
  readonly resource: string
  readonly issuer?: string | undefined
  /** Whom tokens must be for, where that is not the resource. */
  readonly audience?: string | undefined
  /** Where clients find `resourceMetadata`. Never made from what a request says of its host. */
  readonly metadataUrl?: string | undefined
  /** The keys of `issuer`, where its metadata is not to be asked. */
  readonly jwksUrl?: string | undefined
  readonly tokenHeader?: string | undefined
  readonly headers?: Pick<IdentityHeaders, 'session'> | undefined
  /** Told to clients, that they may ask for them. They are not checked: the policy says who may what. */
  readonly scopes?: readonly string[] | undefined
  readonly realm?: string | undefined
  /** An issuer that could not be asked is left alone for this long; so are keys that were looked for in vain. */
  readonly cooldownMs?: number | undefined
  readonly timeoutMs?: number | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

interface Setting {
  readonly issuer: string
  readonly audience: string
  readonly tokenHeader: string
  readonly sessionHeader: string
}

/** Who calls, by an access token of an OAuth issuer. */
export const oauthIdentity = (options: OAuthIdentityOptions): Identify => {
  const { resource, scopes, realm = 'mcp-runtime' } = options
  const challenge = { realm, scopes, resourceMetadata: options.metadataUrl ?? resourceMetadataUrl(resource) }
  const missing = refusal('missing_bearer_token', challengeOf(challenge))
  const invalid = refusal('invalid_token', challengeOf({ ...challenge, error: 'invalid_token' }))
  const bearerOf = createBearers(options)
  const settingOf = perPolicy((policy) => settingIn(policy, options))
  const known = new WeakMap<Principal, Known>()

  const knownBy = (principal: Principal, expiresAt: number | undefined): Known | undefined => {
    const kept = known.get(principal)
    if (kept !== undefined) return kept
    const caller = principal.kind === 'bearer' ? callerIn(principal.claims) : undefined
    if (caller === undefined) return undefined
    const made: Known = { ok: true, caller, expiresAt }
    known.set(principal, made)
    return made
  }

  const identifiedBy = (authentication: Authentication): Identified => {
    if (authentication.ok) return knownBy(authentication.principal, authentication.expiresAt) ?? invalid
    return authentication.code === 'provider_unavailable' ? refusal('oauth_provider_unavailable') : invalid
  }

  return (exchange, policy) => {
    const setting = settingOf(policy)
    if (setting.issuer === '') return refusal('oauth_issuer_missing')
    const bearer = bearerOf(setting)
    if (bearer === undefined) return refusal('oauth_config_missing')
    const presented = presentedToken(exchange, setting.tokenHeader)
    if (presented.kind !== 'token') return presented.kind === 'none' ? missing : invalid
    const finish = (authentication: Authentication): Identified =>
      withSession(identifiedBy(authentication), exchange.header(setting.sessionHeader))
    const authentication = bearer.authenticate(presented.token)
    return authentication instanceof Promise ? authentication.then(finish) : finish(authentication)
  }
}

/** The token's session, else that of the header. Whether it is the caller's, the policy finds. */
const withSession = (by: Identified, header: string | undefined): Identified => {
  if (!by.ok || by.caller.session !== undefined) return by
  const session = readName(header)
  if (session === null) return refusal('missing_identity')
  return session === undefined ? by : { ...by, caller: { ...by.caller, session } }
}

const refusal = (reason: Unidentified['reason'], challenge?: string): Unidentified => ({
  ok: false,
  reason,
  challenge,
})

const settingIn = (policy: CompiledPolicy, options: OAuthIdentityOptions): Setting => {
  const { auth } = policy.document
  const said = auth?.mode === 'oauth' ? auth : {}
  return {
    issuer: said.issuer_url?.trim() || options.issuer || '',
    audience: said.audience?.trim() || options.audience || options.resource,
    tokenHeader: (said.token_header?.trim() || options.tokenHeader || 'Authorization').toLowerCase(),
    sessionHeader: identityHeaders(policy, options.headers).session.toLowerCase(),
  }
}

/** Keeps what verifies tokens, with the verdicts that it remembers, until issuer or audience are others. */
const createBearers = (options: OAuthIdentityOptions) => {
  const { clock = Date.now, cooldownMs, timeoutMs } = options
  const limits = { cooldownMs, timeoutMs }
  const jwksUrl = options.jwksUrl === undefined ? undefined : new URL(options.jwksUrl)
  if (jwksUrl !== undefined && !isHttpsOrLoopback(jwksUrl))
    throw new TypeError(`${jwksUrl.origin}: keys come by https, or from loopback`)
  let last: (Pick<Setting, 'issuer' | 'audience'> & { readonly bearer: Bearer | undefined }) | undefined

  const keysOf = (issuer: string) =>
    jwksUrl === undefined || (options.issuer !== undefined && options.issuer !== issuer)
      ? createDiscoveredKeys({ issuer, clock, ...limits })
      : createRemoteKeys({ url: jwksUrl, ...limits })
  // What is wrong in the options is told at once, what is wrong in a policy when it is in force.
  if (options.issuer !== undefined) keysOf(options.issuer)

  const bearerFor = (issuer: string, audience: string): Bearer | undefined => {
    const wanted = canonical(audience)
    try {
      return createBearer({
        keys: keysOf(issuer),
        issuer,
        audience: (one) => canonical(one) === wanted,
        clock,
      })
    } catch {
      // Such an issuer cannot be asked, whoever wrote it into the policy.
      return undefined
    }
  }

  return ({ issuer, audience }: Setting): Bearer | undefined => {
    if (last?.issuer !== issuer || last.audience !== audience)
      last = { issuer, audience, bearer: bearerFor(issuer, audience) }
    return last.bearer
  }
}

/** One spelling of a resource: letter case of scheme and host, default ports and a slash at the end make no other. */
const canonical = (resource: string): string => {
  const url = URL.canParse(resource) ? new URL(resource) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== '') return resource
  return `${url.origin}${url.pathname.replace(/\/$/, '')}${url.search}`
}

/** Undefined when a claim that counts is no name. */
const callerIn = (claims: Readonly<Record<string, unknown>>): Caller | undefined => {
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => claims[name]).find((value) => typeof value === 'string' && value !== '') as
      | string
      | undefined
  const caller = {
    human: first('sub'),
    agent: first('azp', 'client_id'),
    team: first('team_id', 'tenant_id', 'tid'),
    session: first('sid'),
  }
  return Object.values(caller).every((name) => name === undefined || isName(name)) ? caller : undefined
}
