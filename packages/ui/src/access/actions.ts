import type { Action } from '../action/use-action.ts'
import { type Grant, idOf, type Session, subjectText } from '../governed/governed.ts'
import type { useGrantChanges } from '../grants/use-grants.ts'
import type { useSessionChanges } from '../sessions/use-sessions.ts'

type GrantChanges = Pick<ReturnType<typeof useGrantChanges>, 'setDisabled' | 'remove'>
type SessionChanges = Pick<ReturnType<typeof useSessionChanges>, 'setRevoked' | 'remove'>

export const turnGrant = (grant: Grant, { setDisabled }: GrantChanges): Action => {
  const who = subjectText(grant.subject)
  const { name } = grant
  return grant.disabled
    ? {
        title: `Enable grant ${name}?`,
        text: `From the next call on, ${who} may use what it gives on ${grant.serverRef.name} again, and what it denies is denied.`,
        verb: 'Enable grant',
        kind: 'primary',
        run: () => setDisabled(grant, false),
      }
    : {
        title: `Disable grant ${name}?`,
        text: `From the next call on, ${who} loses what it gives on ${grant.serverRef.name}, and what it denies is no longer denied by it. It is kept, and can be enabled again.`,
        verb: 'Disable grant',
        run: () => setDisabled(grant, true),
      }
}

export const deleteGrant = (grant: Grant, { remove }: GrantChanges, done: () => void): Action => ({
  title: `Delete grant ${grant.name}?`,
  text: `${idOf(grant)} and its rules are gone for good, and ${subjectText(grant.subject)} loses what it gives on ${grant.serverRef.name}. To keep it for the record, disable it instead.`,
  verb: 'Delete grant',
  run: () => remove(grant).then(done),
})

export const turnSession = (session: Session, { setRevoked }: SessionChanges): Action => {
  const { name } = session
  return session.revoked
    ? {
        title: `Lift the revocation of ${name}?`,
        text: `Calls of ${subjectText(session.subject)} that present this session count again, up to ${session.consentedTrust} trust.`,
        verb: 'Lift revocation',
        kind: 'primary',
        run: () => setRevoked(session, false),
      }
    : {
        title: `Revoke session ${name}?`,
        text: `From the next call on, whoever presents it to ${session.serverRef.name} is refused. The session is kept, and the revocation can be lifted.`,
        verb: 'Revoke session',
        run: () => setRevoked(session, true),
      }
}

export const deleteSession = (session: Session, { remove }: SessionChanges, done: () => void): Action => ({
  title: `Delete session ${session.name}?`,
  text: `${idOf(session)} is gone for good: whoever presents it to ${session.serverRef.name} is refused as unknown.`,
  verb: 'Delete session',
  run: () => remove(session).then(done),
})
