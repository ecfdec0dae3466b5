import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { namedText } from '../shown-text/shown-text.ts'

export type Grant = ResponseOf<Endpoints['grants']['get']>['grant']
export type Session = ResponseOf<Endpoints['sessions']['get']>['session']
export type Subject = Grant['subject']

export const trusts = ['low', 'medium', 'high'] as const
export type Trust = (typeof trusts)[number]
export const sideEffects = ['read', 'write', 'destructive'] as const
export type SideEffect = (typeof sideEffects)[number]

export interface Key {
  readonly namespace: string
  readonly name: string
}

/** Of a server, a grant, a session in an address. No namespace has a slash. */
export const idOf = ({ namespace, name }: Key): string => `${namespace}/${name}`
export const keyOf = (id: string): Key => {
  const at = id.indexOf('/')
  return { namespace: id.slice(0, Math.max(0, at)), name: id.slice(at + 1) }
}

/** Whom something speaks of. */
export const subjectText = ({ humanID, agentID, teamID }: Subject): string =>
  [humanID, agentID, teamID && `team ${teamID}`]
    .flatMap((part) => (part ? [namedText(part)] : []))
    .join(' · ')

/** Who is spoken of already, so that nobody has to type them again. */
export const namedIn = (
  all: readonly { readonly subject: Subject }[],
  field: 'humanID' | 'agentID',
): readonly string[] => [...new Set(all.map(({ subject }) => subject[field] ?? ''))].filter(Boolean).sort()

/** What it is searched by: its server, whom it speaks of, its own name. No search has a line break. */
export const searchTextOf = ({
  name,
  serverRef,
  subject,
}: Pick<Grant, 'name' | 'serverRef' | 'subject'>): string =>
  [name, idOf(serverRef), subject.humanID, subject.agentID, subject.teamID].join('\n').toLowerCase()
