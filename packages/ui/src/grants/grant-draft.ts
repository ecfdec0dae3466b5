import type { Endpoints, RequestOf } from '@mcp-sentinel/contract'
import { endpoints } from '@mcp-sentinel/contract'
import { membersIn } from '../draft/members.ts'
import {
  type Grant,
  idOf,
  keyOf,
  type SideEffect,
  sideEffects,
  type Trust,
  trusts,
} from '../governed/governed.ts'
import type { Rule } from '../rules-editor/rules-text.ts'

/** A grant as it is filled in: what is left open is empty. */
export interface GrantDraft {
  name: string
  /** `namespace/name`; the grant is where its server is. */
  server: string
  humanID: string
  agentID: string
  teamID: string
  maxTrust: Trust
  allowedSideEffects: readonly SideEffect[]
  notBefore: string
  notAfter: string
  toolRules: readonly Rule[]
  resourceRules: readonly Rule[]
  promptRules: readonly Rule[]
  disabled: boolean
}

export type GrantBody = NonNullable<RequestOf<Endpoints['grants']['apply']>['body']>

export const grantSchema = endpoints.grants.apply.body

export const emptyGrant: GrantDraft = {
  name: '',
  server: '',
  humanID: '',
  agentID: '',
  teamID: '',
  maxTrust: 'low',
  allowedSideEffects: ['read'],
  notBefore: '',
  notAfter: '',
  toolRules: [],
  resourceRules: [],
  promptRules: [],
  disabled: false,
}

export const grantDraftOf = (grant: Grant): GrantDraft => ({
  name: grant.name,
  server: idOf(grant.serverRef),
  humanID: grant.subject.humanID ?? '',
  agentID: grant.subject.agentID ?? '',
  teamID: grant.subject.teamID ?? '',
  maxTrust: grant.maxTrust,
  allowedSideEffects: grant.allowedSideEffects,
  notBefore: grant.notBefore ?? '',
  notAfter: grant.notAfter ?? '',
  toolRules: grant.toolRules,
  resourceRules: grant.resourceRules,
  promptRules: grant.promptRules,
  disabled: grant.disabled,
})

export const grantBodyOf = (draft: GrantDraft): GrantBody => {
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
    maxTrust: draft.maxTrust,
    allowedSideEffects: [...draft.allowedSideEffects],
    disabled: draft.disabled,
    notBefore: draft.notBefore || null,
    notAfter: draft.notAfter || null,
    toolRules: [...draft.toolRules] as NonNullable<GrantBody['toolRules']>,
    resourceRules: draft.resourceRules.map(plain),
    promptRules: draft.promptRules.map(plain),
  }
}

/** Only rules of tools have conditions, and say what is recorded. */
const plain = ({ when: _, record: __, ...rule }: Rule) => rule

/** Where each member of a draft stands in the body. */
export const grantPointers: Readonly<Partial<Record<keyof GrantDraft, string>>> = {
  name: '/name',
  server: '/serverRef',
  humanID: '/subject/humanID',
  agentID: '/subject/agentID',
  teamID: '/subject/teamID',
  maxTrust: '/maxTrust',
  allowedSideEffects: '/allowedSideEffects',
  notBefore: '/notBefore',
  notAfter: '/notAfter',
  toolRules: '/toolRules',
  resourceRules: '/resourceRules',
  promptRules: '/promptRules',
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** What an address says of a grant to begin with: only what has the shape of it. */
export const grantDraftIn = (text: string): Partial<GrantDraft> => {
  const given = membersIn(text)
  const texts = ['name', 'server', 'humanID', 'agentID', 'teamID', 'notBefore', 'notAfter'] as const
  const lists = ['toolRules', 'resourceRules', 'promptRules'] as const
  const trust = trusts.find((one) => one === given['maxTrust'])
  const effects = given['allowedSideEffects']
  return {
    ...Object.fromEntries(texts.flatMap((key) => (isText(given[key]) ? [[key, given[key]]] : []))),
    ...Object.fromEntries(lists.flatMap((key) => (areRules(given[key]) ? [[key, given[key]]] : []))),
    ...(trust === undefined ? {} : { maxTrust: trust }),
    ...(Array.isArray(effects)
      ? { allowedSideEffects: sideEffects.filter((one) => effects.includes(one)) }
      : {}),
    ...(typeof given['disabled'] === 'boolean' ? { disabled: given['disabled'] } : {}),
  }
}

const { shape } = grantSchema
const areRules = (value: unknown): value is readonly Rule[] =>
  Array.isArray(value) &&
  shape.toolRules.safeParse(value).success &&
  value.every(({ decision }) => decision !== undefined)
