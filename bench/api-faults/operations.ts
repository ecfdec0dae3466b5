import type { Asked } from './asking.ts'
import type { EngineName } from './engines.ts'
import { namespace, type Topology } from './topology.ts'

export interface Operation extends Asked {
  readonly name: string
  /** While one of these is away it may be refused. */
  readonly needs: readonly EngineName[]
}

export interface Callers {
  /** A program's, and needs no database. */
  readonly service: Readonly<Record<string, string>>
  readonly owner: Readonly<Record<string, string>>
  readonly token: Readonly<Record<string, string>>
  readonly session: Readonly<Record<string, string>>
}

/** What is asked most, by all kinds of callers. */
export const operationsFor = (
  { login }: Pick<Topology, 'login'>,
  { service, owner, token, session }: Callers,
): readonly Operation[] => {
  const get = (
    name: string,
    path: string,
    headers: Asked['headers'],
    needs: readonly EngineName[],
  ): Operation => ({ name, method: 'GET', path, headers, needs })
  const policy = `/runtime/policy?namespace=${namespace}&server=payments`
  return [
    get('me of a program', '/auth/me', service, []),
    get('me by key', '/auth/me', owner, ['accounts']),
    get('me by token', '/auth/me', token, ['accounts']),
    get('me by session', '/auth/me', session, ['accounts']),
    get('the contract', '/openapi.json', {}, []),
    { name: 'login', method: 'POST', path: '/auth/login', headers: {}, body: login, needs: ['accounts'] },
    get('events', '/events?limit=50', service, ['store']),
    get('events by session', '/events?limit=50', session, ['accounts', 'store']),
    get('events of a server', '/events/filter?server=payments&limit=50', service, ['store']),
    get('server events', `/runtime/server-events?namespace=${namespace}&server=payments`, owner, [
      'accounts',
      'store',
      'resources',
    ]),
    get('usage', '/analytics/usage', service, ['store']),
    get('own usage', '/user/analytics/usage', owner, ['accounts', 'store']),
    get('summary', '/dashboard/summary', token, ['accounts', 'store']),
    get('summary of a program', '/dashboard/summary', service, ['store']),
    get('servers', '/runtime/servers', service, ['resources']),
    get('servers by key', '/runtime/servers', owner, ['accounts', 'resources']),
    get('grants', '/runtime/grants', token, ['accounts', 'resources']),
    get('policy', policy, service, ['resources']),
    get('policy by key', policy, owner, ['accounts', 'resources']),
    get('audit', '/admin/audit', service, ['accounts']),
    get('own keys', '/user/api-keys', owner, ['accounts']),
  ]
}
