import type { RegistryScope } from './accounts/registry-credentials.ts'
import type { KeyScope } from './accounts/user-keys.ts'

/** How the caller was recognised, and as what. */
export const roles = ['anonymous', 'user', 'admin'] as const
export type Role = (typeof roles)[number]

/** In the team that owns the thing; `none` also where no team does. */
export const memberships = ['none', 'member', 'owner'] as const
export type TeamMembership = (typeof memberships)[number]

/** Whether the thing is the caller's own: their account, their key, a server that they published. */
export const ownerships = ['own', 'other'] as const
export type Ownership = (typeof ownerships)[number]

type Who =
  | 'anyone'
  /** Who is logged in. */
  | 'users'
  /** The owner of the thing. */
  | 'self'
  /** Members and owners of the team that has it. */
  | 'team'
  /** Owners of that team. */
  | 'team-owners'

interface Rule {
  /** Besides admins, who may do everything here that is not `self` alone. */
  readonly who: readonly Who[]
  /** The scope that a narrowed key needs; without one, no narrowed key will do. */
  readonly scope?: KeyScope | RegistryScope
  /** Not even an admin does this for somebody else. */
  readonly notByAdmins?: true
}

/** Who may do what. This is all there is: what stands nowhere here, nobody may. */
export const rules = {
  'catalogue.read': { who: ['anyone'], scope: 'read' },

  /** Logging in, and out. */
  'account.enter': { who: ['anyone'] },
  'account.read': { who: ['self'], scope: 'read' },
  'account.change': { who: ['self'] },
  'user.create': { who: [] },
  'user.list': { who: [], scope: 'read' },
  'user.change': { who: [] },
  'user.delete': { who: [] },

  'key.list': { who: ['self'], scope: 'read', notByAdmins: true },
  'key.create': { who: ['self'], notByAdmins: true },
  'key.revoke': { who: ['self'] },

  'team.create': { who: [] },
  'team.list': { who: ['users'], scope: 'read' },
  'team.read': { who: ['team'], scope: 'read' },
  'team.members.read': { who: ['team'], scope: 'read' },
  'team.members.change': { who: ['team-owners'] },

  'namespace.read': { who: ['team', 'self'], scope: 'read' },
  'analytics.read': { who: ['team', 'self'], scope: 'read' },
  'analytics.read-all': { who: [], scope: 'read' },

  'server.read': { who: ['team', 'self'], scope: 'read' },
  'server.publish': { who: ['team'], scope: 'publish' },
  /** With who called, and what. */
  'server.events.read': { who: ['team-owners', 'self'], scope: 'read' },
  'server.change': { who: ['team-owners', 'self'], scope: 'publish' },
  'grant.read': { who: ['team-owners', 'self'], scope: 'read' },
  'grant.change': { who: ['team-owners', 'self'], scope: 'govern' },
  'session.read': { who: ['team-owners', 'self'], scope: 'read' },
  'session.change': { who: ['team-owners', 'self'], scope: 'govern' },
  'session.adapter': { who: ['team', 'self'], scope: 'govern' },
  'policy.read': { who: ['team-owners', 'self'], scope: 'read' },

  /** Whether there is a registry, and who asks. */
  'registry.enter': { who: ['users'], scope: 'pull' },
  'registry.catalogue': { who: [], scope: 'pull' },
  /** `self`: of what the platform's mode opens for all. */
  'registry.pull': { who: ['team', 'self'], scope: 'pull' },
  'registry.push': { who: ['team'], scope: 'push' },
  'image.report': { who: ['self'], scope: 'push' },

  /** What runs beside servers. */
  'deployment.read': { who: ['team', 'self'], scope: 'read' },
  'deployment.apply': { who: ['team'], scope: 'publish' },
  'deployment.change': { who: ['team-owners', 'self'], scope: 'publish' },

  'operations.read': { who: [], scope: 'read' },
  'operations.restart': { who: [] },
  'audit.read': { who: [], scope: 'read' },
} as const satisfies Readonly<Record<string, Rule>>

export type Action = keyof typeof rules
export const actions = Object.keys(rules) as readonly Action[]

export interface Question {
  readonly action: Action
  readonly role: Role
  readonly membership: TeamMembership
  readonly ownership: Ownership
  /** Of the key that was presented; none, or an empty list, is not narrowed. */
  readonly scopes?: readonly string[]
}

export type Authorization =
  | { readonly allowed: true }
  /** `unauthorized`: log in. `forbidden`: that would not help. `scope_missing`: another key would. */
  | { readonly allowed: false; readonly code: 'unauthorized' | 'forbidden' | 'scope_missing' }

export const authorize = (question: Question): Authorization => {
  const rule: Rule = rules[question.action]
  if (!isMeant(rule, question))
    return { allowed: false, code: question.role === 'anonymous' ? 'unauthorized' : 'forbidden' }
  const { scopes = [] } = question
  if (scopes.length > 0 && (rule.scope === undefined || !scopes.includes(rule.scope)))
    return { allowed: false, code: 'scope_missing' }
  return { allowed: true }
}

const isMeant = (rule: Rule, question: Question): boolean => {
  if (rule.who.includes('anyone')) return true
  if (question.role === 'anonymous') return false
  if (question.role === 'admin' && rule.notByAdmins !== true) return true
  return rule.who.some((who) => isAmong[who](question))
}

/** Of those who are logged in. */
const isAmong: Readonly<Record<Who, (question: Question) => boolean>> = {
  anyone: () => true,
  users: () => true,
  self: ({ ownership }) => ownership === 'own',
  team: ({ membership }) => membership !== 'none',
  'team-owners': ({ membership }) => membership === 'owner',
}
