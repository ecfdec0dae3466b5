import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { ApiError } from '@mcp-sentinel/contract/client'
import type { RouteLocationRaw } from 'vue-router'
import type { Component } from '../platform/use-components.ts'
import type { Usage } from '../usage/usage-view.ts'

export type AttentionServer = ResponseOf<Endpoints['servers']['attention']>['servers'][number]

/** One thing that somebody should see to. */
export interface AttentionLine {
  readonly key: string
  readonly tone: 'bad' | 'warning'
  /** What it is about. */
  readonly what: string
  /** The rest of the sentence. */
  readonly says: string
  /** In the words of whoever found it. */
  readonly about?: string | undefined
  /** Where it is mended, and what is done there. */
  readonly to: RouteLocationRaw
  readonly verb: string
}

const hourMs = 3_600_000
const risingLeast = 5
const risingFactor = 2

/** Refusals of this hour, where they are more than twice as many as in an hour of the day before it. */
export const risingRefusals = (series: Usage['series'], nowMs: number): AttentionLine | undefined => {
  const from = Math.floor(nowMs / hourMs) * hourMs
  const deniedFrom = (sinceMs: number, untilMs: number) =>
    series
      .filter(({ bucket }) => Date.parse(bucket) >= sinceMs && Date.parse(bucket) < untilMs)
      .reduce((sum, { denied }) => sum + denied, 0)
  const here = deniedFrom(from, from + hourMs)
  const mean = deniedFrom(from - 24 * hourMs, from) / 24
  if (here < risingLeast || here <= risingFactor * mean) return undefined
  return {
    key: 'refusals',
    tone: 'warning',
    what: 'Refusals',
    says: `are rising: ${here} in this hour, about ${Math.round(mean)} an hour in the day before.`,
    to: { name: 'events', query: { decision: 'deny', since: new Date(from).toISOString() } },
    verb: 'See them',
  }
}

/** A server can need more than one thing. */
export const serverLines = (server: AttentionServer): readonly AttentionLine[] => {
  const { namespace, name, status, message, policy, drift, drift_count: count = 0 } = server
  const id = `${namespace}/${name}`
  const line = { what: name, to: { name: 'server', params: { namespace, name } }, verb: 'Open server' }
  return [
    ...(status === undefined
      ? []
      : [
          {
            ...line,
            key: `${id}/status`,
            tone: status === 'NotReady' ? ('bad' as const) : ('warning' as const),
            says: status === 'NotReady' ? 'is not ready.' : 'is ready in part.',
            about: message,
          },
        ]),
    ...(policy === undefined ? [] : [{ ...line, ...policyLine(policy, id), key: `${id}/policy` }]),
    ...(drift === undefined
      ? []
      : [
          {
            ...line,
            key: `${id}/drift`,
            tone: 'warning' as const,
            says: `has drifted from what it declares: ${counted(count, 'tool')}.`,
            about: driftText(drift),
          },
        ]),
  ]
}

const policyLine = (
  { state, left_out: leftOut, message }: NonNullable<AttentionServer['policy']>,
  id: string,
): Pick<AttentionLine, 'tone' | 'says' | 'about'> & Partial<AttentionLine> => {
  const grants = { to: { name: 'access', query: { grants: id } }, verb: 'Open its grants' }
  switch (state) {
    case 'shut':
      return {
        tone: 'bad',
        says: 'refuses every call: its policy cannot be made.',
        about: message,
        ...grants,
      }
    case 'not_applied':
      return { tone: 'bad', says: 'has not been given its policy.', about: message }
    case 'stale':
      return { tone: 'warning', says: 'still decides by an older policy.', about: message }
    case 'left_out':
      return {
        tone: 'warning',
        says: `has ${counted(leftOut, 'grant or session', 'grants or sessions')} that its policy leaves out.`,
        about: message,
        ...grants,
      }
  }
}

const driftText = ({ missing, ungoverned }: NonNullable<AttentionServer['drift']>): string =>
  [
    ungoverned.length > 0 && `Nobody has declared ${namesOf(ungoverned)}`,
    missing.length > 0 && `not there: ${namesOf(missing)}`,
  ]
    .filter(Boolean)
    .join('; ')

const namesMax = 3
const namesOf = (names: readonly string[]): string =>
  `${names.slice(0, namesMax).join(', ')}${names.length > namesMax ? ' and more' : ''}`

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** Parts of the stack that do not do what they are for; what is not installed is missed by nobody. */
export const componentLines = (components: readonly Component[]): readonly AttentionLine[] =>
  components
    .filter(({ status }) => status !== 'Ready' && status !== 'NotDeployed')
    .map(({ key, display, status, message }) => ({
      key: `component/${key}`,
      tone: status === 'Degraded' ? 'warning' : 'bad',
      what: display,
      says: status === 'Degraded' ? 'works in part.' : 'is not ready.',
      about: message || undefined,
      to: { name: 'platform' },
      verb: 'Open platform',
    }))

/** The worst first, else as they came. */
export const inOrder = (lines: readonly AttentionLine[]): readonly AttentionLine[] =>
  lines.toSorted((a, b) => Number(a.tone === 'warning') - Number(b.tone === 'warning'))

/** Nothing of the kind is here, or nothing that the caller may see. */
const expected: ReadonlySet<string> = new Set(['unsupported', 'forbidden', 'scope_missing'])

/** Whether a failure keeps something from being known that could be. */
export const isMissed = (error: unknown): boolean =>
  error !== null && !(error instanceof ApiError && expected.has(error.code))
