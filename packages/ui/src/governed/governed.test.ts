import { expect, test } from 'vitest'
import { ref } from 'vue'
import { idOf, keyOf, subjectText } from './governed.ts'
import { useFound } from './use-found.ts'

const grant = {
  name: 'payments-ops',
  serverRef: { namespace: 'mcp-team-red', name: 'payments' },
  subject: { humanID: 'ada@example.org', agentID: 'ops-agent', teamID: 'red' },
}

test.each([
  ['', true],
  ['PAYMENTS', true],
  ['ada', true],
  ['ops-agent red', true],
  ['mcp-team-red/pay', true],
  ['ada grace', false],
  ['billing', false],
])('a search for "%s" finds it: %s', (search, found) => {
  expect(useFound(ref([grant]), ref(search)).value).toEqual(found ? [grant] : [])
})

test('what is in an address is read back', () => {
  expect(keyOf(idOf(grant.serverRef))).toEqual(grant.serverRef)
})

test('whom it speaks of is said without what is left open', () => {
  expect(subjectText(grant.subject)).toBe('ada@example.org · ops-agent · team red')
  expect(subjectText({ agentID: 'ops-agent', humanID: '' })).toBe('ops-agent')
})

test('nobody whom it speaks of can turn the writing of the others', () => {
  expect(subjectText({ humanID: 'ops\u202egpj.exe', agentID: 'bot' })).toBe('ops‹U+202E›gpj.exe · bot')
})
