import { expect, test } from 'vitest'
import { cut, intact, proven } from './quickstart.examples.ts'

test('the examples of the README say what the README says', () => {
  expect(intact).toMatchObject({ breaks: [], chains: [{ first: 1, last: 3, signedUpTo: 2 }] })
  expect(cut.breaks).toMatchObject([{ kind: 'missing', seq: 2 }])
  expect(proven).toBe(true)
})
