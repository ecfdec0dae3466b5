import type { BodyOf, Endpoints } from '@mcp-sentinel/contract'
import type { Actor } from '../../accounts/context.ts'
import type { SessionOpener } from '../../accounts/sessions.ts'
import { callerByKey, personOf } from '../../authentication/caller-by-key.ts'
import { isFromOurPage } from '../../authentication/same-site.ts'
import { sessionCookie, sessionTokenIn } from '../../authentication/session-cookie.ts'
import type { Caller } from '../../caller.ts'
import type { Engines } from '../../engines.ts'
import { problem, unauthorized } from '../../problems.ts'
import type { Place } from '../../serving/place.ts'
import { own, type Routes } from '../../serving/route.ts'
import { toldOf } from './principal.ts'
import { logInByOidc } from './tokens.ts'

type SessionRoutes = Routes<Pick<Endpoints['auth'], 'me' | 'startSession' | 'logout' | 'changePassword'>>
type Proof = BodyOf<Endpoints['auth']['startSession']>

interface Answering {
  readonly actor: Actor
  readonly place: Place
  readonly setHeader: (name: string, value: string) => void
}

export const sessionRoutes = (engines: Engines): SessionRoutes => {
  const { accounts, entrance, platform, clock } = engines

  const start = async (opener: SessionOpener, { actor, place, setHeader }: Answering) => {
    const { token, session } = await accounts().sessions.start(opener, actor)
    setHeader('set-cookie', sessionCookie(token, (session.expiresAt - clock()) / 1000, place))
    return session
  }

  const openerBy = async (proof: Proof, actor: Actor): Promise<SessionOpener> => {
    if ('email' in proof)
      return { user: await accounts().logins.byPassword(proof.email, proof.password, actor) }
    if ('id_token' in proof) return { user: await logInByOidc(engines, proof.id_token, actor) }
    const { serviceKeys } = entrance
    const caller = await callerByKey({ serviceKeys, accounts: engines.accountsIfAny }, proof.api_key)
    if (caller === undefined) throw unauthorized('the API key is not known')
    const { user, keyId, scopes } = caller
    await accounts().audit.record(
      { ...actor, userId: user?.id },
      { action: 'key_login', resource: `key/${keyId}` },
    )
    return user === undefined ? { serviceKey: keyId } : { user, key: { id: keyId, scopes } }
  }

  const callerOf = async ({ user, key, serviceKey }: SessionOpener): Promise<Caller> => {
    const scopes = key?.scopes ?? []
    if (user !== undefined) return personOf(accounts(), user, { identity: 'session', keyId: '', scopes })
    const caller = entrance.serviceKeys?.callerNamed(serviceKey ?? '')
    if (caller === undefined) throw unauthorized('the API key is not known')
    return { ...caller, identity: 'session' }
  }

  return {
    me: {
      action: 'account.read',
      on: () => own,
      handle: ({ caller }) => toldOf(caller, platform),
    },
    startSession: {
      action: 'account.enter',
      handle: async (call) => {
        refuseOtherPages(call, entrance.publicOrigins)
        const opener = await openerBy(call.body, call.actor)
        const { expiresAt } = await start(opener, call)
        return {
          ...toldOf(await callerOf(opener), platform),
          expires_at: new Date(expiresAt).toISOString(),
        }
      },
    },
    logout: {
      action: 'account.enter',
      handle: async ({ body, caller, actor, headers, place, setHeader }) => {
        const { refreshTokens, sessions } = accounts()
        if (body?.everywhere === true) {
          if (caller.user === undefined)
            throw unauthorized('nobody is logged in who could be logged out everywhere')
          await sessions.endAll(caller.user.id, actor)
        }
        if (body?.refresh_token !== undefined) await refreshTokens.revoke(body.refresh_token, actor)
        if (caller.identity === 'platform') await refreshTokens.revokeFamily(caller.keyId, actor)
        const token = sessionTokenIn(headers.cookie, place.host)
        if (token === undefined) return
        await sessions.end(token, actor)
        setHeader('set-cookie', sessionCookie('', 0, place))
      },
    },
    changePassword: {
      action: 'account.change',
      on: () => own,
      handle: async (call) => {
        const { body, caller, actor } = call
        const { logins, users } = accounts()
        const user = await logins.byPassword(caller.user?.email ?? '', body.current_password, actor)
        await users.setPassword(user.id, body.password, actor)
        if (caller.identity === 'session') await start({ user }, call)
      },
    },
  }
}

/** Else another site could log a browser in to an account of its own, and watch what its owner does there. */
const refuseOtherPages = (
  { method, headers, place }: { method: string; headers: Record<string, unknown>; place: Place },
  publicOrigins: readonly string[] = [],
): void => {
  const origin = typeof headers['origin'] === 'string' ? headers['origin'] : undefined
  if (origin === undefined) return
  if (!isFromOurPage({ method, origin, fetchSite: undefined, host: place.host }, publicOrigins))
    throw problem('cross_origin', 'a session is not begun from the page of another site')
}
