import type { ResourceStatus } from './kinds/status.ts'

export type Condition = NonNullable<ResourceStatus['conditions']>[number]

/** Why an object is, or is not, a part of the policy that its server is guarded by. */
export const renderedReasons = [
  /** It is in force. */
  'Rendered',
  /** A grant that lists no side effect: it is in the policy, and lets nobody do anything. */
  'AdmitsNothing',
  /** It refers to a server of another namespace, and only a server's own namespace governs it. */
  'ForeignServer',
  /** The policy cannot be made of it: it is left out, but for the rules of a grant that deny. */
  'Invalid',
  /** A session that is over, and was left out: who presents it is refused all the same. */
  'Ended',
  /** The server bounds how long sessions live, and how old this one is cannot be known: it counts as expired. */
  'AgeUnknown',
  /** The policy is full. */
  'TooLarge',
  /** A grant of the server's namespace could not be read from the start on: nobody knows what it denies. */
  'GrantUnreadable',
] as const

export type RenderedReason = (typeof renderedReasons)[number]

/** What is said of an object, before it is known what was said of it before. */
export interface Verdict {
  readonly type: string
  readonly status: Condition['status']
  readonly reason: string
  readonly message: string
}

/**
 * The conditions of a status with this one among them. Its time is that of its last turn, so it stays while the
 * verdict does; a list that would not change is given back as it is, so that nobody writes it again.
 */
export const withCondition = (
  conditions: readonly Condition[],
  verdict: Verdict,
  at: { readonly observedGeneration?: number | undefined; readonly now: number },
): readonly Condition[] => {
  const before = conditions.find(({ type }) => type === verdict.type)
  const { observedGeneration } = at
  const isSame =
    before !== undefined &&
    before.status === verdict.status &&
    before.reason === verdict.reason &&
    before.message === verdict.message &&
    before.observedGeneration === observedGeneration
  if (isSame) return conditions
  const turned = before?.status === verdict.status ? before.lastTransitionTime : isoOf(at.now)
  const condition: Condition = {
    ...verdict,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: turned,
  }
  return before === undefined
    ? [...conditions, condition]
    : conditions.map((one) => (one === before ? condition : one))
}

/** To the second, as Kubernetes writes times. */
const isoOf = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
