import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'

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
  [humanID, agentID, teamID && `team ${teamID}`].filter(Boolean).join(' · ')

/** Who is spoken of already, so that nobody has to type them again. */
export const namedIn = (
  all: readonly { readonly subject: Subject }[],
  field: 'humanID' | 'agentID',
): readonly string[] => [...new Set(all.map(({ subject }) => subject[field] ?? ''))].filter(Boolean).sort()

/** Whether a search means it: by its server, whom it speaks of, or its own name. Every word has to be found. */
export const isMeant = (
  { name, serverRef, subject }: Pick<Grant, 'name' | 'serverRef' | 'subject'>,
  search: string,
): boolean => {
  const texts = [
    name,
    idOf(serverRef),
    subject.humanID ?? '',
    subject.agentID ?? '',
    subject.teamID ?? '',
  ].map((text) => text.toLowerCase())
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return words.every((word) => texts.some((text) => text.includes(word)))
}
