import { expect, test } from 'vitest'
import { verdictOf } from './verdicts.ts'

test.each([
  ['allow', false, 'allow'],
  ['allow', true, 'would-deny'],
  ['deny', false, 'deny'],
  ['deny', true, 'deny'],
  ['', false, 'unknown'],
  [undefined, false, 'unknown'],
])('%s, would have been refused: %s, is %s', (decision, wouldDeny, verdict) => {
  expect(verdictOf(decision, wouldDeny)).toBe(verdict)
})
