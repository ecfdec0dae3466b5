import type { RiskLevel, SideEffect, Tool, Trust } from './model.ts'

/** Trust as a number, so that ceilings and requirements compare with `<`. */
export type Rank = 1 | 2 | 3

const levels = ['low', 'medium', 'high'] as const

/** Absent counts as `low`, the least a requirement asks and the least a ceiling gives. */
export const rank = (trust: Trust | undefined): Rank => (trust === 'high' ? 3 : trust === 'medium' ? 2 : 1)

export const trustOf = (rank: Rank): Trust => levels[rank - 1] as Trust

const sideEffectBits: Readonly<Record<SideEffect, number>> = { read: 1, write: 2, destructive: 4 }

/** Side effects as a set of bits. They have no order: holding `destructive` does not imply `write`. */
export const bitOf = (sideEffect: SideEffect | undefined): number =>
  sideEffectBits[sideEffect as SideEffect] ?? 0

/** For people to sort by; never part of a decision. */
export const riskOf = (tool: Tool): RiskLevel | undefined => {
  if (tool.risk_level) return tool.risk_level
  const trust = rank(tool.required_trust)
  if (tool.side_effect === 'destructive' || trust === 3) return 'high'
  if (tool.side_effect === 'write' || trust === 2) return 'medium'
  return tool.side_effect === 'read' ? 'low' : undefined
}
