import { expect, test } from 'vitest'
import { actionWords } from './action-words.ts'

test.each([
  ['grant_disable', 'disabled a grant'],
  ['quota_raise', 'quota raise'],
  ['toString', 'toString'],
])('%s: %s', (action, said) => {
  expect(actionWords(action)).toBe(said)
})
