import type { RouteLocationRaw } from 'vue-router'
import { idOf, keyOf } from '../governed/governed.ts'
import type { Practice } from './drafts.ts'

export interface PracticeLink {
  /** A verb and what it is done to. */
  readonly says: string
  readonly to: RouteLocationRaw
}

/** To the form that is filled with a remedy; saving it is left to whoever reads it there. */
export const linkTo = (practice: Practice, server: string): PracticeLink => {
  if (practice.to === 'server') {
    const { namespace, name } = keyOf(server)
    return { says: 'Go to the server', to: { name: 'server', params: { namespace, name } } }
  }
  const { to: what, id, draft } = practice
  const isSwitch = id !== undefined && Object.keys(draft).length === 0
  const place = what === 'session' ? { view: 'sessions' } : {}
  const query = isSwitch
    ? { ...place, [what]: id }
    : { ...place, [`edit-${what}`]: id ?? 'new', draft: JSON.stringify(draft) }
  const verb = isSwitch ? 'Open' : 'Draft'
  return {
    says:
      id === undefined
        ? `${verb} this ${what}`
        : `${verb} the change of ${what} ${keyOf(id).name}`.replace('Open the change of', 'Open'),
    to: { name: 'access', query },
  }
}

/** To what the policy of a server comes to: for everybody, or for one call. */
export const policyLink = (
  server: { readonly namespace: string; readonly name: string },
  view: 'who' | 'what-if',
  question: Readonly<Record<string, string>> = {},
): RouteLocationRaw => ({
  name: 'access',
  query: {
    view,
    server: idOf(server),
    ...Object.fromEntries(Object.entries(question).filter(([, value]) => value !== '')),
  },
})
