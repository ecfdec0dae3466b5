import { expect, test } from 'vitest'
import { changesOf } from './changes-of.ts'

test.each([
  ['what is the same is not told', { role: 'user', email: 'a' }, { role: 'user', email: 'a' }, []],
  [
    'what was otherwise is',
    { role: 'user', email: 'a' },
    { role: 'admin', email: 'a' },
    [{ path: 'role', before: 'user', after: 'admin' }],
  ],
  [
    'of what is new all is told',
    undefined,
    { name: 'ci', scopes: ['read', 'govern'], expiresAt: null },
    [
      { path: 'name', after: 'ci' },
      { path: 'scopes', after: 'read, govern' },
    ],
  ],
  ['of what is gone too', { name: 'ci' }, undefined, [{ path: 'name', before: 'ci' }]],
  [
    'within objects by the way to it',
    { subject: { humanID: 'ada', agentID: 'ops' }, args: [[1]] },
    { subject: { humanID: 'ada' }, args: [] },
    [
      { path: 'subject.agentID', before: 'ops' },
      { path: 'args', before: '[[1]]', after: 'none' },
    ],
  ],
  [
    'within lists by the names of what is in them',
    {
      rules: [
        { name: 'x', decision: 'allow' },
        { name: 'y', decision: 'deny' },
      ],
    },
    {
      rules: [
        { name: 'y', decision: 'deny' },
        { name: 'x', decision: 'deny' },
      ],
    },
    [{ path: 'rules.x.decision', before: 'allow', after: 'deny' }],
  ],
  [
    'a value that became an object is told with what is in it',
    { limit: 5 },
    { limit: { max: 5 } },
    [
      { path: 'limit', before: '5' },
      { path: 'limit.max', after: '5' },
    ],
  ],
  [
    'a number is not its text, but is told as such',
    { n: 1 },
    { n: 2 },
    [{ path: 'n', before: '1', after: '2' }],
  ],
])('%s', (_, before, after, told) => {
  expect(changesOf(before, after)).toEqual(told)
})
