export type { Actor, Context, Ids } from './accounts/context.ts'
export type { Logins, ProvenIdentity } from './accounts/logins.ts'
export type { Prune } from './accounts/pruning.ts'
export type { RefreshToken, RefreshTokens } from './accounts/refresh-tokens.ts'
export {
  type RegistryCredentials,
  type RegistryScope,
  registryScopes,
} from './accounts/registry-credentials.ts'
export type { Session, SessionOpener, Sessions } from './accounts/sessions.ts'
export type { NewKey, StoredKey, StoredKeys, VerifiedKey } from './accounts/stored-keys.ts'
export type { Membership, Team, TeamRole, Teams } from './accounts/teams.ts'
export {
  type KeyScope,
  keyScopes,
  type NewUserKey,
  type UserKey,
  type UserKeys,
} from './accounts/user-keys.ts'
export type { User, Users } from './accounts/users.ts'
export { type Accounts, type AccountsOptions, createAccounts, randomIds } from './accounts.ts'
export { type Api, type ApiOptions, createApi } from './api.ts'
export { type AuthenticateOptions, createAuthenticate } from './authenticate.ts'
export type { Entrance } from './authentication/entrance.ts'
export { createOidc, type Oidc, type OidcOptions } from './authentication/oidc.ts'
export {
  createPlatformTokens,
  type PlatformTokens,
  type PlatformTokensOptions,
} from './authentication/platform-tokens.ts'
export {
  createServiceKeys,
  type ServiceKeys,
  type ServiceKeysOptions,
} from './authentication/service-keys.ts'
export { newSigner, signerFromPem, signerFromSecret } from './authentication/signing-key.ts'
export {
  type Action,
  type Authorization,
  actions,
  authorize,
  type Ownership,
  type Question,
  type Role,
  type TeamMembership,
} from './authorize.ts'
export type { Authenticate, Caller, Identity, Presented } from './caller.ts'
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type PoolOptions,
  type Tables,
} from './database.ts'
export type { EngineOptions } from './engines.ts'
export { AccountError, type AccountErrorCode, type AccountErrorOptions, accountErrorCodes } from './errors.ts'
export {
  argon2Parameters,
  createPasswords,
  type Passwords,
  type PasswordsOptions,
  passwordCharsMax,
  passwordCharsMin,
  type Verdict,
} from './passwords.ts'
export { type Platform, platformDefaults, platformModes } from './platform.ts'
