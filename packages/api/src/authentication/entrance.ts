import type { Oidc } from './oidc.ts'
import type { PlatformTokens } from './platform-tokens.ts'
import type { ServiceKeys } from './service-keys.ts'

/** What people and programs come in by; what is missing lets nobody in. */
export interface Entrance {
  readonly serviceKeys?: ServiceKeys | undefined
  readonly platformTokens?: PlatformTokens | undefined
  readonly oidc?: Oidc | undefined
  /** Origins of pages that are ours, beside those at the address that the API itself is asked at. */
  readonly publicOrigins?: readonly string[] | undefined
  /** Whether people make accounts for themselves; else administrators do. */
  readonly isSignupOpen?: boolean | undefined
}
