import type { Endpoints, RequestOf, ResponseOf } from '@mcp-sentinel/contract'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { usePrincipal } from '../principal/use-principal.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

export type Member = ResponseOf<Endpoints['teams']['members']>['members'][number]
export type TeamRole = Member['role']
type NewTeam = NonNullable<RequestOf<Endpoints['teams']['create']>['body']>
type NewTeamUser = NonNullable<RequestOf<Endpoints['teams']['addUser']>['body']>

/** The caller's own, and for admins all. */
export const useTeams = () => {
  const { client } = useSentinel()
  return useQuery({ queryKey: ['teams'], queryFn: ({ signal }) => client.teams.list({}, { signal }) })
}

export const useTeam = (team: () => string) => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['teams', computed(team)],
    queryFn: async ({ signal }) => (await client.teams.get({ params: { team: team() } }, { signal })).team,
  })
}

export const useMembers = (team: () => string) => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['teams', computed(team), 'members'],
    queryFn: async ({ signal }) =>
      (await client.teams.members({ params: { team: team() } }, { signal })).members,
  })
}

/** Which namespaces of teams are missing, as far as what runs workloads says. Only admins are told. */
export const useMissingNamespaces = () => {
  const { client } = useSentinel()
  const { isAdmin } = usePrincipal()
  const { data } = useQuery({
    queryKey: ['namespaces', 'all'],
    queryFn: ({ signal }) => client.operations.namespaces({}, { signal }),
    enabled: isAdmin,
  })
  return computed(
    () =>
      new Set(
        (data.value?.namespaces ?? [])
          .filter(({ exists }) => exists === false)
          .map(({ namespace }) => namespace),
      ),
  )
}

export const teamRoles = [
  { value: 'member', says: 'Member: uses and publishes its servers' },
  { value: 'owner', says: 'Owner: also governs its servers and its members' },
] as const

export const useTeamChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  /** Who is signed in may be in it. */
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change
    } finally {
      for (const queryKey of [['teams'], ['namespaces'], ['auth', 'me'], ['users']])
        void queries.invalidateQueries({ queryKey })
    }
  }
  return {
    create: (body: NewTeam) => changed(client.teams.create({ body })),
    provision: (team: string) => changed(client.teams.provision({ params: { team } })),
    addMember: (team: string, userID: string, role: TeamRole) =>
      changed(client.teams.addMember({ params: { team }, body: { userID, role } })),
    addUser: (team: string, body: NewTeamUser) => changed(client.teams.addUser({ params: { team }, body })),
    setRole: (team: string, { userID }: Member, role: TeamRole) =>
      changed(client.teams.setMember({ params: { team, userID }, body: { role } })),
    removeMember: (team: string, { userID }: Member) =>
      changed(client.teams.removeMember({ params: { team, userID } })),
  }
}
