/** The columns that events are filtered by, each for one value. */
export const filterColumns = [
  'trace_id',
  'source',
  'event_type',
  'server',
  'namespace',
  'team_id',
  'cluster',
  'human_id',
  'agent_id',
  'session_id',
  'decision',
  'tool_name',
  'reason',
  'rpc_method',
  'decision_id',
] as const
export type FilterColumn = (typeof filterColumns)[number]

export interface EventFilter extends Partial<Readonly<Record<FilterColumn, string | undefined>>> {
  /** The event's own, a UUID. */
  readonly id?: string | undefined
  /** Epoch milliseconds; from it on, up to and without the other. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly scope?: Scope | undefined
}

/** What somebody may see: events of one of the namespaces or of one of the teams. Without any of both: nothing. */
export interface Scope {
  readonly namespaces: readonly string[]
  readonly teamIds: readonly string[]
}

export interface Conditions {
  readonly sql: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** What belongs to no namespace and no team is nobody's to see, not everybody's. */
const named = (name: string): boolean => name !== ''

/** Conditions on rows of `events`, with their values as parameters. */
export const conditionsOf = (filter: EventFilter): Conditions => {
  const conditions = ['1']
  const parameters: Record<string, unknown> = {}
  for (const column of filterColumns) {
    const value = filter[column]
    if (value === undefined) continue
    conditions.push(`${column} = {${column}:String}`)
    parameters[column] = value
  }
  if (filter.id !== undefined) {
    conditions.push('id = {id:UUID}')
    parameters['id'] = filter.id
  }
  if (filter.fromMs !== undefined) {
    conditions.push('timestamp >= fromUnixTimestamp64Milli({fromMs:Int64})')
    parameters['fromMs'] = filter.fromMs
  }
  if (filter.toMs !== undefined) {
    conditions.push('timestamp < fromUnixTimestamp64Milli({toMs:Int64})')
    parameters['toMs'] = filter.toMs
  }
  if (filter.scope !== undefined) {
    conditions.push('(namespace IN {namespaces:Array(String)} OR team_id IN {teamIds:Array(String)})')
    parameters['namespaces'] = filter.scope.namespaces.filter(named)
    parameters['teamIds'] = filter.scope.teamIds.filter(named)
  }
  return { sql: conditions.join(' AND '), parameters }
}
