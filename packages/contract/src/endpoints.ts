import type { Endpoint } from './endpoint.ts'
import { analytics } from './endpoints/analytics.ts'
import { auth } from './endpoints/auth.ts'
import { deployments } from './endpoints/deployments.ts'
import { grants } from './endpoints/grants.ts'
import { keys } from './endpoints/keys.ts'
import { namespaces } from './endpoints/namespaces.ts'
import { operations } from './endpoints/operations.ts'
import { policies } from './endpoints/policies.ts'
import { registry } from './endpoints/registry.ts'
import { servers } from './endpoints/servers.ts'
import { sessions } from './endpoints/sessions.ts'
import { teams } from './endpoints/teams.ts'
import { users } from './endpoints/users.ts'

/** All that the API serves, by what it is about. */
export const endpoints = {
  auth,
  users,
  keys,
  registry,
  analytics,
  servers,
  grants,
  sessions,
  policies,
  teams,
  namespaces,
  deployments,
  operations,
} as const satisfies Groups

export type Endpoints = typeof endpoints
export type Groups = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>
