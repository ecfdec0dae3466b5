import type { Actor } from './accounts/context.ts'
import type { Team, TeamRole } from './accounts/teams.ts'
import type { User } from './accounts/users.ts'
import type { Role, TeamMembership } from './authorize.ts'

/** How a caller was recognised. */
export type Identity =
  | 'anonymous'
  | 'service_api_key'
  | 'user_api_key'
  | 'registry_credential'
  | 'platform'
  | 'oidc'
  | 'session'

export interface Caller {
  readonly role: Role
  readonly identity: Identity
  /** Names the credential and tells nothing of it. */
  readonly keyId: string
  /** Who it is, where it is a person. */
  readonly user?: User | undefined
  readonly teams: readonly (Team & { readonly role: TeamRole })[]
  /** What the key is narrowed to; empty: to nothing. */
  readonly scopes: readonly string[]
  /** When the key ends, in epoch milliseconds: what it makes does not outlive it. */
  readonly keyEndsAt?: number | undefined
}

export const anonymous: Caller = {
  role: 'anonymous',
  identity: 'anonymous',
  keyId: '',
  teams: [],
  scopes: [],
}

/** What a request presents. */
export interface Presented {
  readonly apiKey: string | undefined
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** Whether a password of HTTP's Basic scheme counts here. */
  readonly takesBasic: boolean
  readonly method: string
  /** Where a browser says that it asks from. */
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  /** Where the client believes to be, as the trusted proxies tell it. */
  readonly host: string | undefined
  /** Who asks as far as it is known without a credential. */
  readonly actor: Actor
}

/**
 * Throws `unauthorized` for what is presented and does not hold; nothing presented is nobody, and so is a session that
 * has ended: browsers present it unasked.
 */
export type Authenticate = (presented: Presented) => Promise<Caller>

/** What the caller is in the team that owns a namespace. */
export const membershipIn = (caller: Caller, namespace: string): TeamMembership =>
  caller.teams.find((team) => team.namespace === namespace)?.role ?? 'none'
