import type { ColumnType, Generated } from 'kysely'

type Json = ColumnType<unknown, string | null, string | null>
type Made = Generated<Date>

interface Users {
  id: Generated<string>
  /** In lower case. */
  email: string
  role: 'user' | 'admin'
  created_at: Made
  deleted_at: Date | null
}

interface AuthIdentities {
  user_id: string
  /** `password`, or `oidc:<issuer>`. */
  provider: string
  subject: string
  password_hash: string | null
  created_at: Made
}

interface Keys {
  id: string
  key_hash: string
  user_id: string
  name: string
  prefix: string
  created_at: Made
  last_used_at: Date | null
  revoked: Generated<boolean>
  revoked_at: Date | null
  scopes: string[]
  expires_at: Date | null
}

interface Teams {
  id: Generated<string>
  slug: string
  display_name: string
  created_by: string | null
  created_at: Made
  deleted_at: Date | null
}

interface TeamMemberships {
  id: Generated<string>
  team_id: string
  user_id: string
  role: 'owner' | 'member'
  created_at: Made
  deleted_at: Date | null
}

interface Namespaces {
  id: Generated<string>
  user_id: string | null
  team_id: string | null
  namespace: string
  display_name: string
  scope: 'user' | 'team'
  created_at: Made
  deleted_at: Date | null
}

interface RefreshTokens {
  id: Generated<string>
  user_id: string
  token_hash: string
  expires_at: Date
  revoked: Generated<boolean>
  user_agent: string | null
  client_ip: string | null
  /** All that came from one login, one after the other. */
  family: string
  family_expires_at: Date
  used_at: Date | null
}

interface UiSessions {
  id: Generated<string>
  token_hash: string
  /** Of a person; else there is a `service_key`. */
  user_id: string | null
  /** Of the user key that opened it, if one did. */
  key_id: string | null
  /** Names the service key that opened it. */
  service_key: string | null
  created_at: Date
  last_seen_at: Date
  expires_at: Date
  revoked_at: Date | null
  user_agent: string | null
  client_ip: string | null
}

interface LoginThrottles {
  subject: string
  failures: number
  last_failure_at: Date
  blocked_until: Date
}

interface AuditLogs {
  id: Generated<string>
  user_id: string | null
  action: string
  resource: string | null
  namespace: string | null
  status: string | null
  message: string | null
  actor_ip: string | null
  request_id: string | null
  source: string | null
  auth_identity: string | null
  image_ref: string | null
  server_name: string | null
  deployment_target: string | null
  created_at: Made
  before: Json
  after: Json
}

interface SchemaMigrations {
  number: number
  name: string
  digest: string
  applied_at: Made
}

export interface Tables {
  users: Users
  auth_identities: AuthIdentities
  api_keys: Keys
  registry_credentials: Keys
  teams: Teams
  team_memberships: TeamMemberships
  namespaces: Namespaces
  refresh_tokens: RefreshTokens
  ui_sessions: UiSessions
  login_throttles: LoginThrottles
  audit_logs: AuditLogs
  schema_migrations: SchemaMigrations
}
