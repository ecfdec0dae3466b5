/** What became of a call. What nobody decided is `unknown`. */
export const verdicts = ['allow', 'would-deny', 'deny', 'unknown'] as const
export type Verdict = (typeof verdicts)[number]

export const verdictWords: Readonly<Record<Verdict, string>> = {
  allow: 'Allowed',
  'would-deny': 'Would refuse',
  deny: 'Refused',
  unknown: 'Undecided',
}

/** As events spell it. */
export const verdictOf = (decision: string | undefined, wouldDeny = false): Verdict => {
  if (decision === 'deny') return 'deny'
  if (decision !== 'allow') return 'unknown'
  return wouldDeny ? 'would-deny' : 'allow'
}
