import type { Endpoints, RequestOf } from '@mcp-sentinel/contract'
import { endpoints } from '@mcp-sentinel/contract'
import { membersIn } from '../draft/members.ts'
import { idOf, keyOf, type Session, type Trust, trusts } from '../governed/governed.ts'

/** A session as it is filled in: what is left open is empty. */
export interface SessionDraft {
  name: string
  /** `namespace/name`; the session is where its server is. */
  server: string
  humanID: string
  agentID: string
  teamID: string
  consentedTrust: Trust
  expiresAt: string
}

export type SessionBody = NonNullable<RequestOf<Endpoints['sessions']['apply']>['body']>

export const sessionSchema = endpoints.sessions.apply.body

export const emptySession: SessionDraft = {
  name: '',
  server: '',
  humanID: '',
  agentID: '',
  teamID: '',
  consentedTrust: 'low',
  expiresAt: '',
}

export const sessionDraftOf = (session: Session): SessionDraft => ({
  name: session.name,
  server: idOf(session.serverRef),
  humanID: session.subject.humanID ?? '',
  agentID: session.subject.agentID ?? '',
  teamID: session.subject.teamID ?? '',
  consentedTrust: session.consentedTrust,
  expiresAt: session.expiresAt ?? '',
})

/** Says nothing of a revocation, so that it stays. */
export const sessionBodyOf = (draft: SessionDraft): SessionBody => {
  const { namespace, name } = keyOf(draft.server)
  const { humanID, agentID, teamID } = draft
  return {
    name: draft.name.trim(),
    namespace,
    serverRef: { name },
    subject: Object.fromEntries(
      Object.entries({ humanID, agentID, teamID })
        .map(([field, value]) => [field, value.trim()])
        .filter(([, value]) => value !== ''),
    ),
    consentedTrust: draft.consentedTrust,
    expiresAt: draft.expiresAt || null,
  }
}

/** What an address says of a session to begin with: only what has the shape of it. */
export const sessionDraftIn = (text: string): Partial<SessionDraft> => {
  const given = membersIn(text)
  const texts = ['name', 'server', 'humanID', 'agentID', 'teamID', 'expiresAt'] as const
  const trust = trusts.find((one) => one === given['consentedTrust'])
  return {
    ...Object.fromEntries(
      texts.flatMap((key) => (typeof given[key] === 'string' ? [[key, given[key]]] : [])),
    ),
    ...(trust === undefined ? {} : { consentedTrust: trust }),
  }
}

export const sessionPointers: Readonly<Record<keyof SessionDraft, string>> = {
  name: '/name',
  server: '/serverRef',
  humanID: '/subject/humanID',
  agentID: '/subject/agentID',
  teamID: '/subject/teamID',
  consentedTrust: '/consentedTrust',
  expiresAt: '/expiresAt',
}
