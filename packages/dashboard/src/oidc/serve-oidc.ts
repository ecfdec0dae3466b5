import type { App, Logger } from '@mcp-sentinel/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookiesIn } from './cookies.ts'
import {
  beginFlow,
  challengeOf,
  createFlowSeal,
  type Flow,
  flowCookieName,
  flowCookiePrefix,
  flowMs,
} from './flow.ts'
import { refuseForeignToken } from './id-token.ts'
import { createProvider } from './provider.ts'
import { returnPathOf } from './return-path.ts'
import { SignInError, type SignInErrorCode } from './sign-in-error.ts'

/** An identity provider that people sign in with. */
export interface OidcOptions {
  /** As it stands in its tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** `/auth/oidc/callback` of this dashboard, as browsers reach it and the provider knows it. */
  readonly redirectUrl: string
  /** As people call it. */
  readonly name?: string | undefined
}

export interface ServeOidcOptions extends OidcOptions {
  readonly logger: Logger
  /** Has the API begin a session for who has this ID token. */
  readonly startSession: (request: FastifyRequest, idToken: string) => Promise<Response>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Sign-ins that a browser has under way at once; the oldest of more are forgotten. */
const flowsMax = 8

/** The authorization code flow, with PKCE, from a link on the sign-in page to the session of a browser. */
export const serveOidc = (app: App, options: ServeOidcOptions): void => {
  const { issuer, clientId, clientSecret, redirectUrl, logger, startSession, clock } = options
  const provider = createProvider({ issuer, clientId, clientSecret, redirectUrl, clock })
  const flows = createFlowSeal(clientSecret)
  const isHttps = redirectUrl.startsWith('https:')
  const cookie = (name: string, value: string, maxAgeS: number): string =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}${isHttps ? '; Secure' : ''}`

  const turnBack = (reply: FastifyReply, error: unknown, to: string) => {
    if (!(error instanceof SignInError)) throw error
    const { code, message, cause } = error
    logger.info(
      { code, reason: message, cause: cause instanceof Error ? cause.message : undefined },
      'nobody was signed in',
    )
    return reply.redirect(
      `/sign-in?${new URLSearchParams({ error: code, ...(to === '/' ? {} : { to }) })}`,
      303,
    )
  }

  app.get('/auth/oidc/start', async (request, reply) => {
    const to = returnPathOf(queryOf(request)['to'])
    try {
      const flow = beginFlow(to, clock())
      const { state, nonce } = flow
      const url = await provider.askAt({ state, nonce, challenge: challengeOf(flow) })
      const older = [...cookiesIn(request.headers.cookie).keys()].filter((name) =>
        name.includes(flowCookiePrefix),
      )
      for (const name of older.slice(0, Math.max(0, older.length + 1 - flowsMax)))
        void reply.header('set-cookie', cookie(name, '', 0))
      void reply.header('set-cookie', cookie(flowCookieName(state, isHttps), flows.seal(flow), flowMs / 1000))
      return await reply.redirect(url, 303)
    } catch (error) {
      return turnBack(reply, error, to)
    }
  })

  app.get('/auth/oidc/callback', async (request, reply) => {
    const { state, code, error, iss } = queryOf(request)
    const name = flowCookieName(state ?? '', isHttps)
    const flow = flows.open(cookiesIn(request.headers.cookie).get(name) ?? '', clock())
    // Whatever becomes of it, it is over.
    void reply.header('set-cookie', cookie(name, '', 0)).header('referrer-policy', 'no-referrer')
    try {
      if (flow === undefined || flow.state !== state)
        throw new SignInError('sign_in_unknown', 'it was not begun in this browser, or is over')
      await provider.refuseOther(iss)
      if (error !== undefined) throw refusalOf(error)
      if (code === undefined)
        throw new SignInError('provider_refused', 'the answer has neither a code nor an error')
      const session = await sessionFor(request, flow, code)
      for (const given of session.headers.getSetCookie()) void reply.header('set-cookie', given)
      return await reply.redirect(flow.to, 303)
    } catch (error) {
      return turnBack(reply, error, flow?.to ?? '/')
    }
  })

  const sessionFor = async (request: FastifyRequest, flow: Flow, code: string): Promise<Response> => {
    const token = await provider.exchange(code, flow.verifier)
    refuseForeignToken(token, { issuer, clientId, nonce: flow.nonce })
    const session = await startSession(request, token)
    if (session.status === 201) return session
    const answer = (await session.json().catch(() => ({}))) as { readonly error?: string }
    throw new SignInError(codeOf(session.status, answer.error), `the API answers ${session.status}`)
  }
}

const refusalOf = (error: string): SignInError =>
  error === 'access_denied'
    ? new SignInError('access_denied', 'they did not let the provider')
    : new SignInError('provider_refused', 'the identity provider answers with an error')

const codeOf = (status: number, code: string | undefined): SignInErrorCode => {
  if (code === 'email_unverified') return 'email_unverified'
  if (code === 'identity_provider_unavailable') return 'provider_unavailable'
  if (status === 429) return 'too_many_requests'
  return status >= 500 ? 'api_unavailable' : 'token_refused'
}

/** What is given twice is not given at all: nobody could say which is meant. */
const queryOf = ({ query }: FastifyRequest): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(query as Record<string, unknown>).filter(
      ([, value]) => typeof value === 'string' && value !== '',
    ),
  ) as Record<string, string>
