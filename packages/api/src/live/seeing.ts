import type { Scope } from '@mcp-sentinel/events/clickhouse'
import type { Caller } from '../caller.ts'
import type { ToldEvent } from '../told-event.ts'

/** Of which namespaces somebody sees events, and of which of those everything about them. */
export type Seeing = 'all' | ReadonlyMap<string, 'whole' | 'outline'>

/** Admins see all; owners of a team what happens in its namespace, and members that it happens. */
export const seeingOf = ({ role, teams }: Caller): Seeing =>
  role === 'admin'
    ? 'all'
    : new Map(teams.map((team) => [team.namespace, team.role === 'owner' ? 'whole' : 'outline']))

export const scopeOf = (seeing: Seeing): Scope | undefined =>
  seeing === 'all' ? undefined : { namespaces: [...seeing.keys()], teamIds: [] }

const outlined = [
  'timestamp',
  'source',
  'event_type',
  'server',
  'namespace',
  'team_id',
  'cluster',
  'decision',
  'tool_name',
  'reason',
  'id',
  'received_at',
] as const satisfies readonly (keyof ToldEvent)[]

export const sees = (seeing: Seeing, namespace: string): boolean => seeing === 'all' || seeing.has(namespace)

/** The event as far as it may be seen: who called, in which session and what with is for those who administer. */
export const seenOf = (seeing: Seeing, event: ToldEvent): ToldEvent => {
  if (seeing === 'all' || seeing.get(event.namespace ?? '') === 'whole') return event
  return Object.fromEntries(
    outlined.flatMap((name) => (event[name] === undefined ? [] : [[name, event[name]]])),
  ) as unknown as ToldEvent
}
