import { computed } from 'vue'
import { turnGrant, turnSession } from '../access/actions.ts'
import { idOf, subjectText } from '../governed/governed.ts'
import { useGrantChanges, useGrants } from '../grants/use-grants.ts'
import { switchServer } from '../servers/server-actions.ts'
import { useServerChanges, useServers } from '../servers/use-servers.ts'
import { useSessionChanges, useSessions } from '../sessions/use-sessions.ts'
import type { Deed } from './commands.ts'

/** What one can do to what one administers. */
export const useDeeds = () => {
  const servers = useServers()
  const grants = useGrants()
  const sessions = useSessions()
  const [ofServers, ofGrants, ofSessions] = [useServerChanges(), useGrantChanges(), useSessionChanges()]
  return computed((): readonly Deed[] => [
    ...(sessions.data.value?.sessions ?? []).map((session) => ({
      key: `turn-session/${idOf(session)}`,
      group: 'Do',
      says: `${session.revoked ? 'Lift revocation of' : 'Revoke'} session ${session.name}`,
      about: `${subjectText(session.subject)} on ${session.serverRef.name}`,
      words: session.revoked ? 'unrevoke enable' : 'disable',
      action: turnSession(session, ofSessions),
    })),
    ...(grants.data.value?.grants ?? []).map((grant) => ({
      key: `turn-grant/${idOf(grant)}`,
      group: 'Do',
      says: `${grant.disabled ? 'Enable' : 'Disable'} grant ${grant.name}`,
      about: `${subjectText(grant.subject)} on ${grant.serverRef.name}`,
      words: grant.disabled ? '' : 'revoke',
      action: turnGrant(grant, ofGrants),
    })),
    // All of a server is told to who administers it.
    ...(servers.data.value?.servers ?? [])
      .filter(({ spec }) => spec !== undefined)
      .map((server) => ({
        key: `switch-server/${idOf(server)}`,
        group: 'Do',
        says: `Switch server ${server.name} ${server.disabled ? 'on' : 'off'}`,
        about: server.namespace,
        words: server.disabled ? 'enable' : 'disable kill switch',
        action: switchServer(server, ofServers),
      })),
  ])
}
