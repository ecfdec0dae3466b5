import type { Mutant } from './mutants.ts'

interface Difference {
  readonly why: string
  readonly holds: (mutant: Mutant) => boolean
}

const isNull = (value: unknown): boolean => value === null || (Array.isArray(value) && value.includes(null))

/** What is refused here and taken by a cluster. Nothing of a spec that is taken here is refused there. */
export const takenByClusters: readonly Difference[] = [
  { why: 'a null counts as left out', holds: ({ value }) => isNull(value) },
  {
    why: 'what an operator asks of its value is told when it is rendered',
    holds: ({ place }) => /\.when\.\d+\.(op|value)$/.test(place),
  },
  {
    why: 'white space is that of ASCII',
    holds: ({ place, value }) => place === 'spec.teamID' && value === '\u00a0',
  },
  {
    why: 'the policy counts a character beyond U+FFFF twice',
    holds: ({ place, value }) =>
      place === 'spec.resourceRules.0.name' && typeof value === 'string' && value.startsWith('😀'),
  },
]
