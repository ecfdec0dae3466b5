import { expect, test } from 'vitest'
import { membershipIn } from './caller.ts'
import { callers } from './contract-tests/callers.ts'

test('a caller is in a namespace what they are in the team that has it', () => {
  expect(membershipIn(callers.owner, 'mcp-team-red')).toBe('owner')
  expect(membershipIn(callers.member, 'mcp-team-red')).toBe('member')
  expect(membershipIn(callers.otherOwner, 'mcp-team-red')).toBe('none')
  expect(membershipIn(callers.admin, 'mcp-team-red')).toBe('none')
})
