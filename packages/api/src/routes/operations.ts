import type { Endpoints, QueryOf, ResponseOf } from '@mcp-sentinel/contract'
import type { AuditEntry, AuditQuestion } from '../accounts/audit-trail.ts'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'
import { toldDeployment } from './deployments.ts'
import { catalogues, entryOfTeam } from './namespaces.ts'

type Asked = QueryOf<Endpoints['operations']['audit']>
type Told = ResponseOf<Endpoints['operations']['audit']>['audit_logs'][number]

export const operationsRoutes = (engines: Engines): Routes<Endpoints['operations']> => {
  const { accounts, workloads, platform, changed } = engines
  /** What is told without it where it does not answer. */
  const ifAnswered = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask()
    } catch {
      return undefined
    }
  }
  const missing = (answered: unknown): 'workloads'[] => (answered === undefined ? ['workloads'] : [])

  return {
    components: {
      action: 'operations.read',
      handle: async () => ({ components: [...(await workloads().components())] }),
    },
    restart: {
      action: 'operations.restart',
      handle: async ({ body: { component }, actor }) => {
        const which = component === undefined ? { all: true as const } : { component }
        const components = await workloads().restart(which)
        await changed(actor, {
          action: 'component_restart',
          resource: component === undefined ? 'component/all' : `component/${component}`,
          after: { components },
        })
        return {
          success: true,
          ...(component === undefined ? { restarted: 'all' as const } : { component }),
          components: [...components],
        }
      },
    },
    namespaces: {
      action: 'operations.read',
      handle: async ({ caller }) => {
        const [teams, there] = await Promise.all([
          accounts().teams.list(),
          ifAnswered(() => workloads().namespaces.list()),
        ])
        const entries = [...teams.map((team) => entryOfTeam(team, caller)), ...catalogues(platform)]
        return {
          namespaces: entries.map((entry) => ({
            ...entry,
            exists: there?.includes(entry.namespace) ?? null,
          })),
          unavailable: missing(there),
        }
      },
    },
    audit: {
      action: 'audit.read',
      handle: async ({ query }) => ({
        audit_logs: (await accounts().auditTrail.list(questionOf(query))).map(toldEntry),
      }),
    },
    snapshot: {
      action: 'audit.read',
      handle: async ({ query }) => {
        const { auditTrail } = accounts()
        const question = questionOf(query)
        const [entries, images, users, deployments] = await Promise.all([
          auditTrail.list(question),
          auditTrail.list({ ...question, action: 'image_publish' }),
          auditTrail.activity(question),
          ifAnswered(() => workloads().deployments.list()),
        ])
        return {
          filters: query,
          users: users.map(({ id, email, role, createdAt, lastLogin, lastActivity }) => ({
            ...{ id, email, role, created_at: createdAt.toISOString() },
            ...(lastLogin && { last_login: lastLogin.toISOString() }),
            ...(lastActivity && { last_activity: lastActivity.toISOString() }),
          })),
          audit_logs: entries.map(toldEntry),
          images: images.map(toldEntry),
          deployments: (deployments ?? []).map(toldDeployment),
          unavailable: missing(deployments),
        }
      },
    },
  }
}

const questionOf = ({ user, since, until, limit }: Asked): AuditQuestion => ({
  user,
  sinceMs: since === undefined ? undefined : Date.parse(since),
  untilMs: until === undefined ? undefined : Date.parse(until),
  limit,
})

const toldEntry = ({ id, action, created_at, ...more }: AuditEntry): Told => ({
  id: String(id),
  action,
  ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)),
  created_at: created_at.toISOString(),
})
