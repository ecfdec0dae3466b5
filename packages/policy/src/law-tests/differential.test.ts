import { expect, test } from 'vitest'
import { evaluatorReasons } from '../reasons.ts'
import { findDifferences } from './differential.ts'

test('the evaluator agrees with the reference on 20,000 random pairs, and they reach every reason', () => {
  const { differences, reasons } = findDifferences(20_000, 1)
  expect(differences).toEqual([])
  const unreached = Object.keys(evaluatorReasons).filter((reason) => !reasons.has(reason))
  expect(unreached).toEqual(['grant_without_trust'])
})
