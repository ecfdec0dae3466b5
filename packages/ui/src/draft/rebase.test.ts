import { expect, test } from 'vitest'
import { rebase } from './rebase.ts'

const before = { agent: 'a', trust: 'low', rules: ['x'] }

test('what was typed stays, and what others changed comes in and is named', () => {
  expect(rebase(before, { ...before, agent: 'b' }, { ...before, rules: ['x', 'y'] })).toEqual({
    draft: { agent: 'b', trust: 'low', rules: ['x', 'y'] },
    changes: [{ key: 'rules', was: ['x'], is: ['x', 'y'] }],
  })
})

test('of what both changed, what was typed stays', () => {
  expect(rebase(before, { ...before, trust: 'high' }, { ...before, trust: 'medium', agent: 'c' })).toEqual({
    draft: { agent: 'c', trust: 'high', rules: ['x'] },
    changes: [
      { key: 'agent', was: 'a', is: 'c' },
      { key: 'trust', was: 'low', is: 'medium' },
    ],
  })
})

test('who typed the same as others changed has nothing to look at', () => {
  const same = { ...before, rules: ['y'] }
  expect(rebase(before, same, { ...same })).toEqual({ draft: same, changes: [] })
})
