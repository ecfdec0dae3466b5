import type { Identify, Known, Unidentified } from '../identify.ts'
import { type HeaderIdentityOptions, headerIdentity } from './header-identity.ts'
import { type OAuthIdentityOptions, oauthIdentity } from './oauth-identity.ts'

export interface DocumentIdentityOptions {
  readonly header?: HeaderIdentityOptions | undefined
  /** Without it a policy that asks for tokens lets nobody in. */
  readonly oauth?: OAuthIdentityOptions | undefined
}

const nobody: Known = { ok: true, caller: {} }
const notSetUp: Unidentified = { ok: false, reason: 'oauth_config_missing' }
const notVerified: Unidentified = { ok: false, reason: 'missing_verified_identity' }

/** Who calls, by whatever means the policy in force names: headers where it names none. */
export const documentIdentity = ({ header, oauth }: DocumentIdentityOptions = {}): Identify => {
  const byHeaders = headerIdentity(header)
  const byTokens: Identify = oauth === undefined ? () => notSetUp : oauthIdentity(oauth)

  return (exchange, policy) => {
    const mode = policy.document.auth?.mode ?? 'header'
    switch (mode) {
      case 'none':
        return nobody
      case 'header':
        return byHeaders(exchange, policy)
      case 'oauth':
        return byTokens(exchange, policy)
      case 'mtls':
        return notVerified
      default:
        // A document that was never read may name what nobody knows.
        mode satisfies never
        return notVerified
    }
  }
}
