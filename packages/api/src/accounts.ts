import { randomBytes, randomUUID } from 'node:crypto'
import { type AuditLog, createAuditLog } from './accounts/audit-log.ts'
import { type AuditTrail, createAuditTrail } from './accounts/audit-trail.ts'
import type { Context, Ids } from './accounts/context.ts'
import { createLocks, type Locks } from './accounts/locks.ts'
import { createLogins, type Logins } from './accounts/logins.ts'
import { createNames, type Names } from './accounts/names.ts'
import { createPrune, type Prune } from './accounts/pruning.ts'
import { createRefreshTokens, type RefreshTokens } from './accounts/refresh-tokens.ts'
import { createRegistryCredentials, type RegistryCredentials } from './accounts/registry-credentials.ts'
import { createSessions, type Sessions } from './accounts/sessions.ts'
import { createTeams, type Teams } from './accounts/teams.ts'
import { createUserKeys, type UserKeys } from './accounts/user-keys.ts'
import { createUsers, type Users } from './accounts/users.ts'
import type { Passwords } from './passwords.ts'

export interface AccountsOptions extends Context {
  readonly passwords: Passwords
}

export interface Accounts {
  readonly users: Users
  readonly teams: Teams
  readonly keys: UserKeys
  readonly registryCredentials: RegistryCredentials
  readonly logins: Logins
  readonly sessions: Sessions
  readonly refreshTokens: RefreshTokens
  readonly names: Names
  readonly audit: AuditLog
  readonly auditTrail: AuditTrail
  readonly locks: Locks
  readonly prune: Prune
}

/** Every failure is an `AccountError` with a code; every change is in the audit log, in the same transaction. */
export const createAccounts = ({ passwords, ...context }: AccountsOptions): Accounts => {
  const users = createUsers(context, passwords)
  return {
    users,
    teams: createTeams(context),
    keys: createUserKeys(context),
    registryCredentials: createRegistryCredentials(context),
    logins: createLogins(context, passwords, users),
    sessions: createSessions(context),
    refreshTokens: createRefreshTokens(context),
    names: createNames(context),
    audit: createAuditLog(context),
    auditTrail: createAuditTrail(context),
    locks: createLocks(context),
    prune: createPrune(context),
  }
}

export const randomIds: Ids = {
  uuid: randomUUID,
  secret: () => randomBytes(32).toString('base64url'),
}
