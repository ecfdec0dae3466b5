import type { Endpoints } from '@mcp-sentinel/contract'
import type { Caller } from '../caller.ts'
import { own, type Routes } from '../serving/route.ts'

const sharedNamespace = 'mcp-servers'

export const authRoutes = (): Routes<Endpoints['auth']> => ({
  me: {
    action: 'account.read',
    on: () => own,
    handle: ({ caller }) => ({
      authenticated: true,
      sharedCatalogNamespace: sharedNamespace,
      principal: principalOf(caller),
    }),
  },
})

const principalOf = ({ role, user, teams }: Caller) => ({
  role: role === 'admin' ? ('admin' as const) : ('user' as const),
  ...(user === undefined ? {} : { subject: user.id, email: user.email }),
  ...(teams[0] === undefined ? {} : { namespace: teams[0].namespace }),
  allowedNamespaces: [...teams.map(({ namespace }) => namespace), sharedNamespace],
  teams: teams.map(({ createdAt: _, ...team }) => team),
})
