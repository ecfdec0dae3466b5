import { expect, test } from 'vitest'
import { rebase } from './rebase.ts'

const before = { agent: 'a', trust: 'low', rules: ['x'] }

test('what was typed stays, and what others changed comes in', () => {
  expect(rebase(before, { ...before, agent: 'b' }, { ...before, rules: ['x', 'y'] })).toEqual({
    draft: { agent: 'b', trust: 'low', rules: ['x', 'y'] },
    clashes: [],
  })
})

test('what both changed is named', () => {
  expect(rebase(before, { ...before, trust: 'high' }, { ...before, trust: 'medium', agent: 'c' })).toEqual({
    draft: { agent: 'c', trust: 'high', rules: ['x'] },
    clashes: ['trust'],
  })
})

test('who typed the same as others changed has no clash', () => {
  const same = { ...before, rules: ['y'] }
  expect(rebase(before, same, { ...same })).toEqual({ draft: same, clashes: [] })
})
