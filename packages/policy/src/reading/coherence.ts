import type { Grant, PolicyDocument, RecordedValue, Rule, Session, Subject } from '../model.ts'
import { parseInstant } from '../time.ts'
import { type PolicyIssue, shown } from './issue.ts'

/** What the parts of a well-formed document say about each other: names that repeat, subjects of nobody, missing issuers. */
export const coherence = (document: PolicyDocument): readonly PolicyIssue[] => [
  ...authIssues(document),
  ...repeated(document.tools ?? [], '/tools', ({ name }) => name),
  ...repeated(document.grants ?? [], '/grants', ({ namespace, name }) => `${namespace ?? ''}\0${name}`),
  ...repeated(document.sessions ?? [], '/sessions', ({ name }) => name),
  ...(document.grants ?? []).flatMap(grantIssues),
  ...(document.sessions ?? []).flatMap(sessionIssues),
]

const authIssues = ({ auth }: PolicyDocument): readonly PolicyIssue[] => {
  if (auth?.mode === 'oauth' && !auth.issuer_url?.trim()) {
    return [{ pointer: '/auth/issuer_url', message: 'is missing: auth.mode oauth needs an issuer' }]
  }
  if (auth?.mode === 'mtls' && !auth.trust_domain?.trim()) {
    return [{ pointer: '/auth/trust_domain', message: 'is missing: auth.mode mtls needs a trust domain' }]
  }
  return []
}

const repeated = <T extends { readonly name: string }>(
  entries: readonly T[],
  at: string,
  keyOf: (entry: T) => string,
): readonly PolicyIssue[] => {
  const seen = new Map<string, number>()
  const issues: PolicyIssue[] = []
  for (const [index, entry] of entries.entries()) {
    const first = seen.get(keyOf(entry))
    if (first === undefined) seen.set(keyOf(entry), index)
    else
      issues.push({
        pointer: `${at}/${index}/name`,
        message: `${shown(entry.name)} is taken by ${at}/${first}`,
      })
  }
  return issues
}

const subjectIssues = (subject: Subject, at: string): readonly PolicyIssue[] =>
  subject.human_id || subject.agent_id || subject.team_id
    ? []
    : [{ pointer: at, message: 'speaks of nobody: give at least one of human_id, agent_id, team_id' }]

const ruleIssues = (rules: readonly Rule[] | undefined, at: string): readonly PolicyIssue[] => [
  ...repeated(rules ?? [], at, ({ name }) => name),
  ...(rules ?? []).flatMap((rule, index) => recordIssues(rule, `${at}/${index}/record`)),
]

const recordIssues = ({ record }: Rule, at: string): readonly PolicyIssue[] => {
  if (record === undefined) return []
  const { arguments: args = [], result = [] } = record
  if (args.length + result.length === 0)
    return [{ pointer: at, message: 'records nothing: give arguments or result' }]
  return [...valueIssues(args, `${at}/arguments`), ...valueIssues(result, `${at}/result`)]
}

const valueIssues = (recorded: readonly RecordedValue[], at: string): readonly PolicyIssue[] =>
  recorded.flatMap(({ pointer, as, redact }, index) => {
    const first = recorded.findIndex((one) => one.pointer === pointer)
    return [
      ...(first < index
        ? [
            {
              pointer: `${at}/${index}/pointer`,
              message: `${shown(pointer)} is recorded by ${at}/${first} already`,
            },
          ]
        : []),
      ...(redact !== undefined && as !== 'value'
        ? [{ pointer: `${at}/${index}/redact`, message: 'needs as: value, since a digest shows nothing' }]
        : []),
    ]
  })

const grantIssues = (grant: Grant, index: number): readonly PolicyIssue[] => {
  const at = `/grants/${index}`
  const issues = [
    ...subjectIssues(grant, at),
    ...ruleIssues(grant.tool_rules, `${at}/tool_rules`),
    ...ruleIssues(grant.resource_rules, `${at}/resource_rules`),
    ...ruleIssues(grant.prompt_rules, `${at}/prompt_rules`),
  ]
  const [from, until] = [grant.not_before, grant.not_after].map((text) =>
    text ? parseInstant(text) : undefined,
  )
  if (from !== undefined && until !== undefined && from >= until) {
    issues.push({
      pointer: `${at}/not_after`,
      message: 'is not later than not_before: the grant would never count',
    })
  }
  return issues
}

const sessionIssues = (session: Session, index: number): readonly PolicyIssue[] =>
  subjectIssues(session, `/sessions/${index}`)
