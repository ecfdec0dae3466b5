import type { Migration } from '../migrate.ts'

/** Registry credentials are narrowed and end as user keys do; a browser session may have been opened by a key, and ends with it. */
export const narrowedCredentialsMigration: Migration = {
  number: 2,
  name: 'narrowed credentials',
  statements: [
    "ALTER TABLE registry_credentials ADD COLUMN IF NOT EXISTS scopes text[] NOT NULL DEFAULT '{}'",
    'ALTER TABLE registry_credentials ADD COLUMN IF NOT EXISTS expires_at timestamptz',
    'ALTER TABLE ui_sessions ALTER COLUMN user_id DROP NOT NULL',
    'ALTER TABLE ui_sessions ADD COLUMN IF NOT EXISTS key_id text REFERENCES api_keys (id)',
    'ALTER TABLE ui_sessions ADD COLUMN IF NOT EXISTS service_key text',
    'CREATE INDEX IF NOT EXISTS ui_sessions_by_end ON ui_sessions (expires_at)',
    'CREATE INDEX IF NOT EXISTS refresh_tokens_by_end ON refresh_tokens (expires_at)',
  ],
}
