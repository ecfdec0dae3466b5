import { type ApiKeys, type Authentication, type Bearer, bearerTokenOf } from '@mcp-sentinel/identity'

/** What a request presents: `x-api-key` and `authorization`. */
export interface Credentials {
  readonly apiKey: string | undefined
  readonly authorization: string | undefined
}

export type Authenticate = (credentials: Credentials) => Authentication | Promise<Authentication>

export interface AuthenticateOptions {
  readonly apiKeys?: ApiKeys | undefined
  /** Kinds of bearer tokens, those that need nobody to be asked first. */
  readonly bearers?: readonly Bearer[] | undefined
  /** Take events from whoever presents nothing. */
  readonly allowAnonymous?: boolean | undefined
}

const anonymous: Authentication = { ok: true, principal: { kind: 'anonymous', keyId: '' } }

/** Who presents something has to prove it; only who presents nothing may pass for nobody. */
export const createAuthenticate = (options: AuthenticateOptions): Authenticate => {
  const { apiKeys, bearers = [], allowAnonymous = false } = options
  const isOpen = apiKeys === undefined && bearers.length === 0 && allowAnonymous

  const authenticateToken = async (token: string): Promise<Authentication> => {
    let refused: Authentication = unknownCredential
    for (const bearer of bearers) {
      const authentication = await bearer.authenticate(token)
      if (authentication.ok) return authentication
      // Whoever could not say may still know this token: that is worth another try.
      if (refused === unknownCredential || authentication.code === 'provider_unavailable')
        refused = authentication
    }
    return refused
  }

  return ({ apiKey, authorization }) => {
    if (isOpen) return anonymous
    if (apiKey) return apiKeys?.authenticate(apiKey) ?? unknownCredential
    if (authorization) return authenticateToken(bearerTokenOf(authorization) ?? '')
    return allowAnonymous ? anonymous : missingCredential
  }
}

const missingCredential: Authentication = {
  ok: false,
  code: 'missing_credential',
  message: 'an API key or a bearer token is needed',
}
const unknownCredential: Authentication = {
  ok: false,
  code: 'invalid_credential',
  message: 'the credential is not known',
}
