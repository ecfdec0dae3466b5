import { computed } from 'vue'
import { idOf, subjectText } from '../governed/governed.ts'
import { useGrants } from '../grants/use-grants.ts'
import { useServers } from '../servers/use-servers.ts'
import { useSessions } from '../sessions/use-sessions.ts'
import { useTeams } from '../teams/use-teams.ts'
import type { Command } from './commands.ts'

/** Where one can go besides the pages; what could not be loaded is left out. */
export const useCommands = () => {
  const servers = useServers()
  const grants = useGrants()
  const sessions = useSessions()
  const teams = useTeams()
  const commands = computed((): readonly Command[] => [
    ...(servers.data.value?.servers ?? []).map(({ namespace, name }) => ({
      key: `server/${idOf({ namespace, name })}`,
      group: 'Servers',
      says: name,
      about: namespace,
      to: { name: 'server', params: { namespace, name } },
    })),
    ...(grants.data.value?.grants ?? []).map((grant) => ({
      key: `grant/${idOf(grant)}`,
      group: 'Grants',
      says: grant.name,
      about: `${subjectText(grant.subject)} on ${grant.serverRef.name}`,
      to: { name: 'access', query: { grant: idOf(grant) } },
    })),
    ...(sessions.data.value?.sessions ?? []).map((session) => ({
      key: `session/${idOf(session)}`,
      group: 'Sessions',
      says: session.name,
      about: `${subjectText(session.subject)} on ${session.serverRef.name}`,
      to: { name: 'access', query: { view: 'sessions', session: idOf(session) } },
    })),
    ...(teams.data.value?.teams ?? []).map(({ slug, name, namespace }) => ({
      key: `team/${slug}`,
      group: 'Teams',
      says: name,
      about: namespace,
      to: { name: 'team', params: { team: slug } },
    })),
  ])
  const all = [servers, grants, sessions, teams]
  return {
    commands,
    isPending: computed(() => all.some(({ isPending }) => isPending.value)),
    isPartial: computed(() => all.some(({ isError }) => isError.value)),
  }
}
