import type { Migration } from '../migrate.ts'

const keyColumns = `
  id text PRIMARY KEY,
  key_hash text NOT NULL UNIQUE,
  user_id uuid NOT NULL REFERENCES users (id),
  name text NOT NULL,
  prefix text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked boolean NOT NULL DEFAULT false,
  revoked_at timestamptz`

/**
 * The tables of the Go implementation, which made them without a record of versions, and what we add to them. Every
 * statement does nothing where its work is done, so that such a database is taken over with what is in it.
 */
export const accountsMigration: Migration = {
  number: 1,
  name: 'accounts',
  statements: [
    `CREATE TABLE IF NOT EXISTS users (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      email text NOT NULL UNIQUE,
      role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
      created_at timestamptz NOT NULL DEFAULT now(),
      deleted_at timestamptz)`,

    `CREATE TABLE IF NOT EXISTS auth_identities (
      user_id uuid NOT NULL REFERENCES users (id),
      provider text NOT NULL,
      subject text NOT NULL,
      password_hash text,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (provider, subject))`,
    'CREATE INDEX IF NOT EXISTS auth_identities_of_user ON auth_identities (user_id)',

    `CREATE TABLE IF NOT EXISTS api_keys (${keyColumns})`,
    "ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS scopes text[] NOT NULL DEFAULT '{}'",
    'ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS expires_at timestamptz',
    'CREATE INDEX IF NOT EXISTS api_keys_of_user ON api_keys (user_id)',

    `CREATE TABLE IF NOT EXISTS registry_credentials (${keyColumns})`,
    'CREATE INDEX IF NOT EXISTS registry_credentials_of_user ON registry_credentials (user_id)',

    `CREATE TABLE IF NOT EXISTS teams (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      slug text NOT NULL UNIQUE,
      display_name text NOT NULL,
      created_by uuid REFERENCES users (id),
      created_at timestamptz NOT NULL DEFAULT now(),
      deleted_at timestamptz)`,

    `CREATE TABLE IF NOT EXISTS team_memberships (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      team_id uuid NOT NULL REFERENCES teams (id),
      user_id uuid NOT NULL REFERENCES users (id),
      role text NOT NULL CHECK (role IN ('owner', 'member')),
      created_at timestamptz NOT NULL DEFAULT now(),
      deleted_at timestamptz)`,
    'CREATE UNIQUE INDEX IF NOT EXISTS team_memberships_once ON team_memberships (team_id, user_id) WHERE deleted_at IS NULL',
    'CREATE INDEX IF NOT EXISTS team_memberships_of_user ON team_memberships (user_id) WHERE deleted_at IS NULL',

    `CREATE TABLE IF NOT EXISTS namespaces (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id uuid REFERENCES users (id),
      team_id uuid REFERENCES teams (id),
      namespace text NOT NULL,
      display_name text NOT NULL,
      scope text NOT NULL CHECK (scope IN ('user', 'team')),
      created_at timestamptz NOT NULL DEFAULT now(),
      deleted_at timestamptz)`,
    'CREATE UNIQUE INDEX IF NOT EXISTS namespaces_once ON namespaces (namespace) WHERE deleted_at IS NULL',

    // The Go implementation made this table and never wrote to it.
    `CREATE TABLE IF NOT EXISTS refresh_tokens (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id uuid NOT NULL REFERENCES users (id),
      token_hash text NOT NULL,
      expires_at timestamptz NOT NULL,
      revoked boolean NOT NULL DEFAULT false,
      user_agent text,
      client_ip text)`,
    'ALTER TABLE refresh_tokens ADD COLUMN IF NOT EXISTS family uuid NOT NULL DEFAULT gen_random_uuid()',
    'ALTER TABLE refresh_tokens ADD COLUMN IF NOT EXISTS family_expires_at timestamptz NOT NULL DEFAULT now()',
    'ALTER TABLE refresh_tokens ADD COLUMN IF NOT EXISTS used_at timestamptz',
    'CREATE UNIQUE INDEX IF NOT EXISTS refresh_tokens_by_hash ON refresh_tokens (token_hash)',
    'CREATE INDEX IF NOT EXISTS refresh_tokens_of_family ON refresh_tokens (family)',
    'CREATE INDEX IF NOT EXISTS refresh_tokens_of_user ON refresh_tokens (user_id)',

    `CREATE TABLE IF NOT EXISTS ui_sessions (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      token_hash text NOT NULL UNIQUE,
      user_id uuid NOT NULL REFERENCES users (id),
      created_at timestamptz NOT NULL,
      last_seen_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      revoked_at timestamptz,
      user_agent text,
      client_ip text)`,
    'CREATE INDEX IF NOT EXISTS ui_sessions_of_user ON ui_sessions (user_id)',

    `CREATE TABLE IF NOT EXISTS login_throttles (
      subject text PRIMARY KEY,
      failures integer NOT NULL,
      last_failure_at timestamptz NOT NULL,
      blocked_until timestamptz NOT NULL)`,
    'CREATE INDEX IF NOT EXISTS login_throttles_by_age ON login_throttles (last_failure_at)',

    `CREATE TABLE IF NOT EXISTS audit_logs (
      id bigserial PRIMARY KEY,
      user_id uuid,
      action text NOT NULL,
      resource text,
      namespace text,
      status text,
      message text,
      actor_ip text,
      request_id text,
      source text,
      auth_identity text,
      image_ref text,
      server_name text,
      deployment_target text,
      created_at timestamptz NOT NULL DEFAULT now())`,
    'ALTER TABLE audit_logs ADD COLUMN IF NOT EXISTS before jsonb',
    'ALTER TABLE audit_logs ADD COLUMN IF NOT EXISTS after jsonb',
    'CREATE INDEX IF NOT EXISTS audit_logs_by_time ON audit_logs (created_at)',
  ],
}
