import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { Team } from '../accounts/teams.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import type { Platform } from '../platform.ts'
import { problem } from '../problems.ts'
import { nobodys, own, type Routes } from '../serving/route.ts'

type Entry = ResponseOf<Endpoints['namespaces']['list']>['namespaces'][number]

export const namespacesRoutes = ({ accounts, platform }: Engines): Routes<Endpoints['namespaces']> => {
  const entriesFor = async (caller: Caller): Promise<readonly Entry[]> => [
    ...(caller.role === 'admin' ? await accounts().teams.list() : caller.teams).map((team) =>
      entryOfTeam(team, caller),
    ),
    ...catalogues(platform),
  ]
  const find = async (caller: Caller, namespace: string) =>
    (await entriesFor(caller)).find((entry) => entry.namespace === namespace)

  return {
    list: {
      action: 'team.list',
      handle: async ({ caller }) => ({ namespaces: [...(await entriesFor(caller))] }),
    },
    get: {
      action: 'namespace.read',
      on: async ({ caller, params: { namespace } }) =>
        (await find(caller, namespace)) === undefined ? nobodys : own,
      handle: async ({ caller, params: { namespace } }) => {
        const entry = await find(caller, namespace)
        if (entry === undefined) throw problem('not_found', 'there is no such namespace')
        return { namespace: entry }
      },
    },
  }
}

export const entryOfTeam = ({ id, slug, name, namespace }: Team, { teams }: Caller): Entry => {
  const role = teams.find((team) => team.id === id)?.role
  return {
    namespace,
    is_shared: false,
    team_id: id,
    team_slug: slug,
    team_name: name,
    ...(role === undefined ? {} : { role }),
  }
}

/** What is open beyond teams, by the mode. */
export const catalogues = ({
  mode,
  sharedNamespace,
  orgNamespace,
  publicNamespace,
}: Platform): readonly Entry[] => {
  const shared: Entry = {
    namespace: sharedNamespace,
    is_shared: true,
    is_public: false,
    scope: 'shared',
    scope_name: 'Shared catalogue',
  }
  switch (mode) {
    case 'tenant':
      return [shared]
    case 'org': {
      const scope = { is_public: false, scope: 'org' as const, scope_name: 'Organisation catalogue' }
      return [shared, { namespace: orgNamespace, is_shared: true, ...scope }]
    }
    case 'public': {
      const scope = { is_public: true, scope: 'public' as const, scope_name: 'Public catalogue' }
      return [shared, { namespace: publicNamespace, is_shared: true, ...scope }]
    }
  }
}
