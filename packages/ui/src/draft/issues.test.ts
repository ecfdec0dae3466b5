import { endpoints } from '@mcp-sentinel/contract'
import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { faultAt, issuesOf, issuesOfBody, unplaced, valueAt } from './issues.ts'

const issues = [
  { pointer: '/toolRules/1/name', message: 'is there twice' },
  { pointer: '/toolRules', message: 'are too many' },
  { pointer: '/maxTrustworthiness', message: 'is not known' },
]

test('a fault stands at its field, or at that which it is a part of', () => {
  expect(faultAt(issues, '/toolRules/1')).toBe('is there twice')
  expect(faultAt(issues, '/toolRules')).toBe('is there twice; are too many')
  expect(faultAt(issues, '/maxTrust')).toBe('')
  expect(unplaced(issues, ['/toolRules', '/maxTrust'])).toEqual([issues[2]])
})

test('they are in an answer that refuses, and in no other', () => {
  expect(
    issuesOf(new ApiError('no', { status: 400, code: 'invalid_request_body', details: { issues } })),
  ).toBe(issues)
  expect(issuesOf(new ApiError('no', { status: 503, code: 'resources_unavailable' }))).toEqual([])
  expect(issuesOf(new TypeError())).toEqual([])
})

test('what the schema of a body can tell is told before it is sent', () => {
  const body = { name: 'x', namespace: 'y', serverRef: { name: 'z' }, subject: {}, allowedSideEffects: [] }
  expect(issuesOfBody(endpoints.grants.apply.body, body).map(({ pointer }) => pointer)).toEqual([
    '/subject',
    '/allowedSideEffects',
  ])
})

test.each([
  ['', { a: [{ 'b/c': 1 }] }],
  ['/a/0/b~1c', 1],
  ['/a/1/b', undefined],
  ['/a/0/b~1c/d', undefined],
])('at "%s" stands %o', (pointer, value) => {
  expect(valueAt({ a: [{ 'b/c': 1 }] }, pointer)).toEqual(value)
})
