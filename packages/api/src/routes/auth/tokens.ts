import type { Endpoints } from '@mcp-sentinel/contract'
import type { Actor } from '../../accounts/context.ts'
import type { RefreshToken } from '../../accounts/refresh-tokens.ts'
import type { User } from '../../accounts/users.ts'
import { platformTokenS } from '../../authentication/platform-tokens.ts'
import type { Engines } from '../../engines.ts'
import { permit } from '../../permit.ts'
import { problem } from '../../problems.ts'
import { nobodys, type Routes } from '../../serving/route.ts'

type TokenRoutes = Routes<Pick<Endpoints['auth'], 'signup' | 'login' | 'oidc' | 'refresh'>>

export const tokensRoutes = (engines: Engines): TokenRoutes => {
  const { accounts, entrance } = engines

  const tokensOf = async (user: User, { token, family }: RefreshToken) => {
    const { platformTokens } = entrance
    if (platformTokens === undefined)
      throw problem('platform_unavailable', 'no key that signs tokens is configured here')
    const [team] = await accounts().teams.ofUser(user.id)
    return {
      access_token: platformTokens.mint(user.id, family),
      token_type: 'bearer' as const,
      expires_in: platformTokenS,
      refresh_token: token,
      user: { ...user, ...(team === undefined ? {} : { namespace: team.namespace }) },
    }
  }
  const begin = async (user: User, actor: Actor) =>
    tokensOf(user, await accounts().refreshTokens.issue(user, { ...actor, userId: user.id }))

  return {
    signup: {
      action: 'account.enter',
      handle: async ({ body, caller, actor }) => {
        const isByAdmin = caller.role === 'admin'
        if (isByAdmin || body.role === 'admin') {
          permit(caller, 'user.create', nobodys)
          return begin(await accounts().users.create(body, actor, 'signup'), actor)
        }
        if (entrance.isSignupOpen === false)
          throw problem('signup_closed', 'ask an administrator for an account')
        return begin(await accounts().logins.signUp(body, actor), actor)
      },
    },
    login: {
      action: 'account.enter',
      handle: async ({ body, actor }) =>
        begin(await accounts().logins.byPassword(body.email, body.password, actor), actor),
    },
    oidc: {
      action: 'account.enter',
      handle: async ({ body, actor }) => begin(await logInByOidc(engines, body.id_token, actor), actor),
    },
    refresh: {
      action: 'account.enter',
      handle: async ({ body, actor }) => {
        const { user, ...next } = await accounts().refreshTokens.rotate(body.refresh_token, actor)
        return tokensOf(user, next)
      },
    },
  }
}

export const logInByOidc = ({ entrance }: Engines, token: string, actor: Actor): Promise<User> => {
  if (entrance.oidc === undefined)
    throw problem('identity_provider_unavailable', 'no identity provider is configured here')
  return entrance.oidc.logIn(token, actor)
}
