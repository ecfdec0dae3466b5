export {
  type AdapterAssertionOptions,
  type AdapterAssertionsOptions,
  createAdapterAssertions,
  mintAdapterAssertion,
} from './adapter-assertion.ts'
export {
  type ApiKeys,
  apiKeyCharsMax,
  apiKeyCharsMin,
  apiKeysMax,
  createApiKeys,
  keyIdOf,
} from './api-keys.ts'
export {
  createServerTokens,
  mintServerToken,
  type ServerTokenOptions,
  type ServerTokensOptions,
  type Signer,
} from './assertion.ts'
export { type Bearer, type BearerOptions, bearerAlgorithms, createBearer, tokenCharsMax } from './bearer.ts'
export { type CallerStatementsOptions, createCallerStatements } from './caller-statement.ts'
export { bearerTokenOf, type Challenge, challengeOf } from './challenge.ts'
export { createDiscoveredKeys, type DiscoveredKeysOptions } from './discovery.ts'
export { createRemoteKeys, type RemoteKeysOptions } from './jwks.ts'
export {
  type AssertedCaller,
  type Authentication,
  type Principal,
  type RejectionCode,
  rejectionCodes,
  type ServerBinding,
} from './principal.ts'
export { parsePublicKeys } from './public-keys.ts'
export { isHttpsOrLoopback } from './safe-url.ts'
