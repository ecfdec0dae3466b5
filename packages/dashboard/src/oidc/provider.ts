import { readJson } from './read-json.ts'
import { isHttpsOrLoopback } from './safe-url.ts'
import { SignInError } from './sign-in-error.ts'

export interface ProviderOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUrl: string
  readonly timeoutMs?: number | undefined
  /** Its metadata is asked for again after this long. */
  readonly maxAgeMs?: number | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
}

interface Asking {
  readonly state: string
  readonly nonce: string
  readonly challenge: string
}

export interface Provider {
  /** Where a browser is sent to have somebody say who they are. */
  readonly askAt: (asking: Asking) => Promise<string>
  /** Throws where an answer comes from another provider (RFC 9207). */
  readonly refuseOther: (issuer: string | undefined) => Promise<void>
  /** Gives the ID token for a code. */
  readonly exchange: (code: string, verifier: string) => Promise<string>
}

interface Metadata {
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly takesBasic: boolean
  readonly namesItself: boolean
}

type Json = Readonly<Record<string, unknown>>

/** An identity provider, as its metadata describes it (OpenID Connect Discovery). */
export const createProvider = (options: ProviderOptions): Provider => {
  const { issuer, clientId, clientSecret, redirectUrl, clock } = options
  const { timeoutMs = 5000, maxAgeMs = 3_600_000 } = options
  let found: { readonly metadata: Promise<Metadata>; readonly until: number } | undefined

  const ask = async (url: string, init: RequestInit): Promise<{ status: number; body: Json }> => {
    try {
      const headers = { accept: 'application/json', ...init.headers }
      // Elsewhere is somebody else, who is to get neither the code nor the secret.
      const answer = await fetch(url, {
        ...init,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { status: answer.status, body: await readJson(answer) }
    } catch (cause) {
      throw new SignInError('provider_unavailable', 'the identity provider does not answer as one does', {
        cause,
      })
    }
  }

  const discover = async (): Promise<Metadata> => {
    const { status, body } = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {})
    if (status !== 200)
      throw new SignInError('provider_unavailable', `the metadata of the identity provider answers ${status}`)
    return metadataIn(body, issuer)
  }
  const metadata = (): Promise<Metadata> => {
    if (found === undefined || clock() >= found.until) {
      const asked = { metadata: discover(), until: clock() + maxAgeMs }
      found = asked
      // What failed is not kept.
      asked.metadata.catch(() => {
        if (found === asked) found = undefined
      })
    }
    return found.metadata
  }

  return {
    askAt: async ({ state, nonce, challenge }) => {
      const url = new URL((await metadata()).authorizationEndpoint)
      for (const [name, value] of Object.entries({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUrl,
        scope: 'openid email',
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }))
        url.searchParams.set(name, value)
      return url.href
    },
    refuseOther: async (named) => {
      const isMissed = named === undefined && (await metadata()).namesItself
      if (isMissed || (named !== undefined && named !== issuer))
        throw new SignInError('provider_mismatch', 'the answer names another issuer, or none')
    },
    exchange: async (code, verifier) => {
      const { tokenEndpoint, takesBasic } = await metadata()
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUrl,
        code_verifier: verifier,
        client_id: clientId,
        ...(takesBasic ? {} : { client_secret: clientSecret }),
      })
      const headers = takesBasic ? { authorization: basicOf(clientId, clientSecret) } : {}
      const { status, body } = await ask(tokenEndpoint, { method: 'POST', body: form, headers })
      const { id_token: token } = body
      if (status === 200 && typeof token === 'string') return token
      if (status >= 500)
        throw new SignInError('provider_unavailable', `the identity provider answers ${status} to the code`)
      throw new SignInError('provider_refused', `the identity provider refuses the code: ${reasonIn(body)}`)
    },
  }
}

const metadataIn = (body: Json, issuer: string): Metadata => {
  const { token_endpoint_auth_methods_supported: methods, ...rest } = body
  if (rest['issuer'] !== issuer)
    throw new SignInError('provider_unavailable', 'the metadata is that of another identity provider')
  return {
    authorizationEndpoint: endpointIn(rest, 'authorization_endpoint'),
    tokenEndpoint: endpointIn(rest, 'token_endpoint'),
    // What a provider takes that does not say.
    takesBasic: !Array.isArray(methods) || methods.includes('client_secret_basic'),
    namesItself: rest['authorization_response_iss_parameter_supported'] === true,
  }
}

const endpointIn = (body: Json, name: string): string => {
  const url = URL.parse(String(body[name]))
  if (url !== null && isHttpsOrLoopback(url)) return url.href
  throw new SignInError(
    'provider_unavailable',
    `the metadata of the identity provider has no ${name} by https`,
  )
}

/** RFC 6749, 2.3.1: each part is encoded as in a form, before both are as in Basic. */
const basicOf = (...parts: readonly [string, string]): string => {
  const [id, secret] = parts.map((part) => new URLSearchParams([['', part]]).toString().slice(1))
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** One of the words of RFC 6749; anything else is not for a log. */
const reasonIn = ({ error }: Json): string =>
  typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : 'for no reason that it names'
