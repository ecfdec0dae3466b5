import type { Endpoints } from '@mcp-sentinel/contract'
import type { Engines } from './engines.ts'
import { analyticsRoutes } from './routes/analytics.ts'
import { authRoutes } from './routes/auth.ts'
import { deploymentsRoutes } from './routes/deployments.ts'
import { grantsRoutes } from './routes/grants.ts'
import { keysRoutes } from './routes/keys.ts'
import { namespacesRoutes } from './routes/namespaces.ts'
import { operationsRoutes } from './routes/operations.ts'
import { policiesRoutes } from './routes/policies.ts'
import { registryRoutes } from './routes/registry.ts'
import { serversRoutes } from './routes/servers.ts'
import { sessionsRoutes } from './routes/sessions.ts'
import { teamsRoutes } from './routes/teams.ts'
import { usersRoutes } from './routes/users.ts'
import type { Routes } from './serving/route.ts'

/** How each endpoint of the contract is answered. */
export const createRoutes = (
  engines: Engines,
): { readonly [G in keyof Endpoints]: Routes<Endpoints[G]> } => ({
  auth: authRoutes(engines),
  users: usersRoutes(engines),
  keys: keysRoutes(engines),
  registry: registryRoutes(engines),
  analytics: analyticsRoutes(engines),
  servers: serversRoutes(engines),
  grants: grantsRoutes(engines),
  sessions: sessionsRoutes(engines),
  policies: policiesRoutes(engines),
  teams: teamsRoutes(engines),
  namespaces: namespacesRoutes(engines),
  deployments: deploymentsRoutes(engines),
  operations: operationsRoutes(engines),
})
