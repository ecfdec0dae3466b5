import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PolicyDocument } from './index.ts'
import { revisionOf } from './revision.ts'

interface Stamped {
  readonly name: string
  readonly document: PolicyDocument
  readonly revision: string
}

/** Documents with the revisions that the Go implementation computed for them. */
const stamped: readonly Stamped[] = JSON.parse(
  readFileSync(new URL('law-tests/go-revisions.json', import.meta.url), 'utf8'),
)

describe('a v1 document digests to the revision that Go stamps', () => {
  test.each(stamped)('$name', ({ document, revision }) => expect(revisionOf(document)).toBe(revision))

  test.each(stamped)('$name, with its members in another order', ({ document, revision }) => {
    expect(revisionOf(reversed(document) as PolicyDocument)).toBe(revision)
  })

  test('whatever its revision and time of generation say', () => {
    const document = { server: { name: 's' }, grants: [{ name: 'g', agent_id: 'a' }] }
    const stampedOnce = { ...document, revision: 'sha256:0', generated_at: '2026-01-01T00:00:00Z' }
    expect(revisionOf(stampedOnce)).toBe(revisionOf(document))
  })
})

describe('a v2 document digests every member', () => {
  const document = {
    schema_version: 'v2',
    server: { name: 's' },
    grants: [{ name: 'g', agent_id: 'a' }],
  } as const
  const revision = revisionOf(document)

  test('but revision, time of generation and the order of members', () => {
    expect(revisionOf({ ...document, revision: 'x', generated_at: 'y' })).toBe(revision)
    expect(revisionOf(reversed(document) as PolicyDocument)).toBe(revision)
    expect(revisionOf({ ...document, tools: undefined })).toBe(revision)
  })

  test.each<[string, object]>([
    ['a kill switch', { server: { name: 's', disabled: true } }],
    [
      'a condition',
      {
        grants: [
          { name: 'g', agent_id: 'a', tool_rules: [{ name: 't', when: [{ pointer: '/a', op: 'exists' }] }] },
        ],
      },
    ],
    ['a member of anybody’s', { 'x-owner': 'red' }],
    ['an empty list', { tools: [] }],
    [
      'the order of a list',
      {
        grants: [
          { name: 'h', agent_id: 'b' },
          { name: 'g', agent_id: 'a' },
        ],
      },
    ],
  ])('%s included', (_, change) => expect(revisionOf({ ...document, ...change })).not.toBe(revision))

  test('names beyond the basic plane sort by code point', () => {
    const labels = (entries: [string, string][]) => ({
      ...document,
      tools: [{ name: 't', labels: Object.fromEntries(entries) }],
    })
    const [high, low]: [[string, string], [string, string]] = [
      ['\u{1f600}', 'a'],
      ['\uffee', 'b'],
    ]
    expect(revisionOf(labels([high, low]))).toBe(revisionOf(labels([low, high])))
  })
})

/** The same value with the members of every object the other way round. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}
