import type { Endpoints, QueryOf, ResponseOf } from '@mcp-sentinel/contract'
import type { AuditEntry, AuditPlace, AuditQuestion } from '../accounts/audit-trail.ts'
import type { Engines } from '../engines.ts'
import { given } from '../governance/items.ts'
import type { Routes } from '../serving/route.ts'
import { decodeNumbers, encodeNumbers } from './cursor.ts'
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
      handle: async ({ query }) => {
        const { entries, end } = await accounts().auditTrail.list(questionOf(query))
        return { audit_logs: entries.map(toldEntry), ...given({ next_cursor: end && cursorOf(end) }) }
      },
    },
    snapshot: {
      action: 'audit.read',
      handle: async ({ query }) => {
        const { auditTrail } = accounts()
        const question = questionOf(query)
        const [newest, images, users, deployments] = await Promise.all([
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
          audit_logs: newest.entries.map(toldEntry),
          images: images.entries.map(toldEntry),
          ...given({
            next_cursor: newest.end && cursorOf(newest.end),
            images_next_cursor: images.end && cursorOf(images.end),
          }),
          deployments: (deployments ?? []).map(toldDeployment),
          unavailable: missing(deployments),
        }
      },
    },
  }
}

const questionOf = ({
  user,
  since,
  until,
  limit,
  action,
  cursor,
}: Partial<Asked> & Pick<Asked, 'limit'>): AuditQuestion => ({
  user,
  action,
  before: cursor === undefined ? undefined : placeOf(cursor),
  sinceMs: since === undefined ? undefined : Date.parse(since),
  untilMs: until === undefined ? undefined : Date.parse(until),
  limit,
})

const cursorOf = ({ atUs, id }: AuditPlace): string => encodeNumbers([atUs, id])
const place = /^(-?\d{1,17})\.(\d{1,18})$/
const placeOf = (cursor: string): AuditPlace => {
  const [atUs = '', id = ''] = decodeNumbers(cursor, place)
  return { atUs, id }
}

const toldEntry = ({ id, action, created_at, ...more }: AuditEntry): Told => ({
  id: String(id),
  action,
  ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)),
  created_at: created_at.toISOString(),
})
