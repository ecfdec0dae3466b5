import { bearerTokenOf } from '@mcp-sentinel/identity'
import type { Accounts } from './accounts.ts'
import { callerByKey, callerByPassword, personOf, writtenOut } from './authentication/caller-by-key.ts'
import type { Entrance } from './authentication/entrance.ts'
import { isFromOurPage } from './authentication/same-site.ts'
import { sessionTokenIn } from './authentication/session-cookie.ts'
import { type Authenticate, anonymous, type Caller, type Presented } from './caller.ts'
import { AccountError } from './errors.ts'
import { problem, unauthorized } from './problems.ts'

/** What the API recognises callers by; what is missing recognises nobody. */
export interface AuthenticateOptions extends Omit<Entrance, 'isSignupOpen'> {
  readonly accounts?: Accounts | undefined
}

/** In this order: an API key, what `authorization` has, the session of a browser. */
export const createAuthenticate = (options: AuthenticateOptions): Authenticate => {
  const { accounts, platformTokens, oidc, publicOrigins = [] } = options

  const byToken = async (token: string, presented: Presented): Promise<Caller> => {
    const login = await platformTokens?.verify(token)
    if (login !== undefined && accounts !== undefined) {
      const user = await accounts.refreshTokens.holder(login)
      return personOf(accounts, user, { identity: 'platform', keyId: login, scopes: [] })
    }
    if (oidc === undefined || accounts === undefined) throw unauthorized('the bearer token does not hold')
    const user = await oidc.recognise(token, { ...presented.actor, identity: 'oidc' })
    return personOf(accounts, user, { identity: 'oidc', keyId: '', scopes: [] })
  }

  const byAuthorization = async (header: string, presented: Presented): Promise<Caller> => {
    const token = bearerTokenOf(header)
    if (token !== undefined) return byToken(token, presented)
    const password = presented.takesBasic ? basicPasswordOf(header) : undefined
    const caller = password === undefined ? undefined : await callerByPassword(options, password)
    if (caller === undefined) throw unauthorized('the credential in authorization is not known')
    return caller
  }

  const bySession = async (presented: Presented): Promise<Caller> => {
    const token = sessionTokenIn(presented.cookie, presented.host)
    const caller = token === undefined ? undefined : await callerBySession(options, token)
    if (caller === undefined) return anonymous
    if (!isFromOurPage(presented, publicOrigins))
      throw problem('cross_origin', 'a session changes nothing for the page of another site')
    return caller
  }

  return async (presented) => {
    const { apiKey, authorization } = presented
    if (apiKey) {
      const caller = await knownByKey(options, apiKey)
      if (caller !== undefined) return caller
      // A proxy on the way may have added a key of its own.
      if (authorization === undefined) throw unauthorized('the API key is not known')
    }
    return authorization === undefined ? bySession(presented) : byAuthorization(authorization, presented)
  }
}

const knownByKey = async (options: AuthenticateOptions, key: string): Promise<Caller | undefined> => {
  try {
    return await callerByKey(options, key)
  } catch (error) {
    if (error instanceof AccountError && error.code === 'key_unknown') return undefined
    throw error
  }
}

const callerBySession = async (options: AuthenticateOptions, token: string): Promise<Caller | undefined> => {
  const { accounts, serviceKeys } = options
  if (accounts === undefined) return undefined
  try {
    const { id, user, key, serviceKey } = await accounts.sessions.verify(token)
    if (user !== undefined) {
      const scopes = writtenOut(key?.scopes ?? [])
      return await personOf(accounts, user, {
        identity: 'session',
        keyId: id,
        scopes,
        keyEndsAt: key?.expiresAt,
      })
    }
    const service = serviceKeys?.callerNamed(serviceKey ?? '')
    return service && { ...service, identity: 'session' }
  } catch (error) {
    if (error instanceof AccountError && error.code === 'session_invalid') return undefined
    throw error
  }
}

const basicPasswordOf = (header: string): string | undefined => {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]{1,2048})$/i.exec(header.trim()) ?? []
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString()
  const at = pair.indexOf(':')
  return at < 0 ? undefined : pair.slice(at + 1)
}
