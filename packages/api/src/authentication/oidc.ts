import type { Bearer, Principal } from '@mcp-sentinel/identity'
import type { Actor } from '../accounts/context.ts'
import type { ProvenIdentity } from '../accounts/logins.ts'
import type { User } from '../accounts/users.ts'
import type { Accounts } from '../accounts.ts'
import { AccountError } from '../errors.ts'
import { problem, unauthorized } from '../problems.ts'

export interface OidcOptions {
  /** Verifies the tokens of one issuer, for this audience. */
  readonly bearer: Bearer
  readonly accounts: Pick<Accounts, 'logins' | 'users'>
  /** Subjects and e-mail addresses of those whom it makes admins. */
  readonly adminUsers?: readonly string[] | undefined
}

/** Accounts of those for whom an identity provider vouches. */
export interface Oidc {
  /** Logs in, which the audit log is told. */
  readonly logIn: (token: string, actor: Actor) => Promise<User>
  /** Who comes with a token at each request; the first time is a login. */
  readonly recognise: (token: string, actor: Actor) => Promise<User>
}

const subjectCharsMax = 255

export const createOidc = ({ bearer, accounts, adminUsers = [] }: OidcOptions): Oidc => {
  const admins = new Set(adminUsers.map((one) => one.toLowerCase()))
  const { logins, users } = accounts

  const prove = async (token: string): Promise<ProvenIdentity> => {
    const authentication = await bearer.authenticate(token)
    const identity = authentication.ok ? identityIn(authentication.principal) : undefined
    if (identity !== undefined) return identity
    if (!authentication.ok && authentication.code === 'provider_unavailable')
      throw problem('identity_provider_unavailable', authentication.message, { retryAfterS: 5 })
    throw unauthorized('the bearer token does not hold')
  }

  const withRole = async (user: User, identity: ProvenIdentity, actor: Actor): Promise<User> => {
    const { subject, email, emailVerified } = identity
    const isNamed = admins.has(subject.toLowerCase()) || (emailVerified && admins.has(email.toLowerCase()))
    return isNamed && user.role !== 'admin' ? users.setRole(user.id, 'admin', actor) : user
  }

  return {
    logIn: async (token, actor) => {
      const identity = await prove(token)
      return withRole(await logins.byProvider(identity, actor), identity, actor)
    },
    recognise: async (token, actor) => {
      const identity = await prove(token)
      try {
        const linked = await logins.linkedTo(identity.issuer, identity.subject)
        return await withRole(linked ?? (await logins.byProvider(identity, actor)), identity, actor)
      } catch (error) {
        // Why the account stays shut; whoever asks for something else only needs to know that it does.
        throw error instanceof AccountError && !error.retryable ? unauthorized(error.message) : error
      }
    },
  }
}

const identityIn = (principal: Principal): ProvenIdentity | undefined => {
  if (principal.kind !== 'bearer') return undefined
  const { issuer, subject, claims } = principal
  if (subject.length > subjectCharsMax || /\p{C}/u.test(subject)) return undefined
  const { email, email_verified: verified } = claims
  return {
    issuer,
    subject,
    email: typeof email === 'string' ? email : '',
    // Some providers write it as text.
    emailVerified: verified === true || verified === 'true',
  }
}
