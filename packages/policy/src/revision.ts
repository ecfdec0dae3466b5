import { byCodePoint } from './code-points.ts'
import type { PolicyDocument } from './model.ts'
import { sha256 } from './sha256.ts'

/**
 * The digest that names a document's content: `sha256:` and 64 hex digits, over everything but `revision` and
 * `generated_at`. A v1 document digests to what the Go implementation stamps into `policy.json`; a v2 document covers
 * every member, known here or not.
 */
export const revisionOf = (document: PolicyDocument): string =>
  `sha256:${sha256(document.schema_version === 'v2' ? canonicalV2(document) : canonicalV1(document))}`

/** Members sorted, no white space. */
const canonicalV2 = (document: PolicyDocument): string => {
  const { revision, generated_at, ...content } = document
  return canonical(content)
}

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => byCodePoint(a, b))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** A member's name, and how its value is written where that is not by kind; `!` marks one that is written even when empty. */
type Fields = readonly (string | readonly [string, Fields])[]

const rule: Fields = ['name!', 'decision', 'required_trust']
const v1: Fields = [
  'schema_version!',
  'revision!',
  ['server!', ['name!', 'namespace!', 'team_id', 'cluster']],
  [
    'auth',
    [
      'mode',
      'human_id_header',
      'agent_id_header',
      'team_id_header',
      'session_id_header',
      'token_header',
      'issuer_url',
      'audience',
      'trust_domain',
    ],
  ],
  ['policy', ['mode', 'default_decision', 'enforce_on', 'policy_version']],
  ['session', ['required', 'store', 'header_name', 'max_lifetime', 'idle_timeout', 'upstream_token_header']],
  ['tools', ['name!', 'description', 'required_trust', 'side_effect', 'risk_level', 'labels']],
  [
    'grants',
    [
      'name!',
      'namespace',
      'human_id',
      'agent_id',
      'team_id',
      'max_trust',
      'allowed_side_effects',
      'policy_version',
      'disabled',
      ['tool_rules', rule],
    ],
  ],
  [
    'sessions',
    [
      'name!',
      'namespace',
      'human_id',
      'agent_id',
      'team_id',
      'consented_trust',
      'revoked',
      'expires_at',
      'policy_version',
      'upstream_token_ref',
    ],
  ],
]

/** The members of the Go structures in their order, empty ones left out, in the spelling of Go's encoder. */
const canonicalV1 = (document: PolicyDocument): string => goObject({ ...document, revision: '' }, v1)

const goObject = (value: object, fields: Fields): string => {
  const members: string[] = []
  for (const field of fields) {
    const [marked, inner] = typeof field === 'string' ? [field, undefined] : field
    const name = marked.replace('!', '')
    const member: unknown = (value as Record<string, unknown>)[name]
    const isStructure = inner !== undefined && !Array.isArray(member)
    if (marked === name && isGoEmpty(member, isStructure)) continue
    members.push(`${goString(name)}:${goValue(member ?? '', inner)}`)
  }
  return `{${members.join(',')}}`
}

/** What `omitempty` omits: structures never, and lists, maps and scalars when they hold nothing. */
const isGoEmpty = (value: unknown, isStructure: boolean): boolean => {
  if (value === undefined || value === '' || value === false) return true
  return typeof value === 'object' && value !== null && !isStructure && Object.keys(value).length === 0
}

const goValue = (value: unknown, fields: Fields | undefined): string => {
  if (typeof value === 'string') return goString(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map((one) => goValue(one, fields)).join(',')}]`
  if (fields !== undefined) return goObject(value as object, fields)
  const labels = Object.entries(value as Record<string, string>).sort(([a], [b]) => byCodePoint(a, b))
  return `{${labels.map(([key, label]) => `${goString(key)}:${goString(label)}`).join(',')}}`
}

/** As JSON, and what could end a script element escaped too. */
const goString = (text: string): string =>
  JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
