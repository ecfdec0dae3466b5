import type { Caller, Identity } from '../../caller.ts'
import { catalogueOf, type Platform } from '../../platform.ts'

/** Who somebody is, as they are told themselves. */
export const toldOf = (caller: Caller, platform: Platform) => {
  const { role, identity, user, teams, scopes } = caller
  const open = [platform.sharedNamespace, catalogueOf(platform)].filter((name) => name !== undefined)
  return {
    authenticated: true as const,
    sharedCatalogNamespace: platform.sharedNamespace,
    principal: {
      role: role === 'admin' ? ('admin' as const) : ('user' as const),
      ...(user === undefined ? {} : { subject: user.id, email: user.email }),
      ...(teams[0] === undefined ? {} : { namespace: teams[0].namespace }),
      allowedNamespaces: [...teams.map(({ namespace }) => namespace), ...open],
      teams: teams.map(({ createdAt: _, ...team }) => team),
      // Nobody is told who is nobody.
      auth_type: identity as Exclude<Identity, 'anonymous'>,
      scopes: [...scopes],
    },
  }
}
