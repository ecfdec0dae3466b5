import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  matchedCharsMax,
  matchesLinear,
  parseLinearRegex,
  patternCharsMax,
  patternStatesMax,
} from './linear-regex.ts'
import { regexFault } from './reading/regex-fault.ts'

const matches = (pattern: string, text: string): boolean | undefined => {
  const regex = parseLinearRegex(pattern)
  if (regex === undefined) throw new Error(regexFault(pattern))
  return matchesLinear(regex, text)
}

/** Patterns as people write them, built from what is supported. */
const patterns = fc.letrec<{ whole: string; piece: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'é', '😀', '-', ' ') },
    fc.constantFrom(
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\D',
      '\\.',
      '\\$',
      '\\\\',
      '\\n',
      '[ab]',
      '[^ab]',
      '[a-c]',
      '[^a-c0-9]',
      '[\\d_]',
      '[\\]]',
      '[.*+]',
      '[a-]',
    ),
    fc.tuple(fc.constantFrom('(', '(?:'), tie('whole')).map(([open, inner]) => `${open}${inner})`),
  ),
  piece: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '{0}'))
    .map((parts) => parts.join('')),
  whole: fc
    .array(fc.array(tie('piece'), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((branches) => branches.map((pieces) => pieces.join('')).join('|')),
})).whole
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'd', 'é', '😀', '0', '_', '-', ' ', '\n', '.', '$', '\\', ']', '*'),
  maxLength: 8,
})

test('agrees with the engine of the language on whole matches', () => {
  fc.assert(
    fc.property(patterns, texts, (body, text) => {
      const ours = parseLinearRegex(`^${body}$`)
      fc.pre(ours !== undefined)
      return matchesLinear(ours, text) === new RegExp(`^(?:${body})$`, 'su').test(text)
    }),
    { numRuns: 20_000, seed: 20_260_601 },
  )
})

describe('where a pattern starts and ends', () => {
  test.each([
    ['^a$', ['a'], ['ab', 'ba', '']],
    ['^a.*', ['a', 'ab', 'a\nb'], ['ba']],
    ['.*a$', ['a', 'ba', '\n\na'], ['ab']],
    ['.*rm -rf.*', ['x; rm -rf /', 'x\nrm -rf'], ['rm -r']],
    ['^a|b$', ['a', 'b'], ['ab', 'ax', 'xb']],
    ['^$', [''], ['a', '\n']],
    ['^\\$$', ['$'], ['']],
  ] as const)('%s', (pattern, yes, no) => {
    for (const text of yes) expect([text, matches(pattern, text)]).toEqual([text, true])
    for (const text of no) expect([text, matches(pattern, text)]).toEqual([text, false])
  })
})

describe('what is not supported is refused with its place', () => {
  test.each([
    ['a$', 'must say how it starts'],
    ['^a', 'must say how it ends'],
    ['^a\\.*', 'must say how it ends'],
    ['^a\\$', 'must say how it ends'],
    ['^(?=a)a$', 'from character 4 on'],
    ['^(?<n>a)$', 'from character 4 on'],
    ['^(a)\\1$', 'from character 5 on'],
    ['^\\bword$', 'from character 2 on'],
    ['^\\p{L}$', 'from character 2 on'],
    ['^a**$', 'from character 4 on'],
    ['^a+?b$', 'from character 4 on'],
    ['^*a$', 'from character 2 on'],
    ['^a{,3}$', 'from character 3 on'],
    ['^a{3,1}$', 'not finished'],
    ['^(a$', 'not finished'],
    ['^a)$', 'from character 3 on'],
    ['^[a$', 'from character 2 on'],
    ['^[]$', 'from character 2 on'],
    ['^[b-a]$', 'not finished'],
    ['^a^b$', 'from character 3 on'],
    [`^${'a'.repeat(patternCharsMax)}$`, `longer than ${patternCharsMax} characters`],
    [`^a{${patternStatesMax + 1}}$`, `more than ${patternStatesMax} states`],
    ['^((((a{50}){50}){50}){50})$', `more than ${patternStatesMax} states`],
    ['^(((((){99}){99}){99}){99})$', `more than ${patternStatesMax} states`],
  ])('%.40s', (pattern, message) => {
    expect(parseLinearRegex(pattern)).toBe(undefined)
    expect(regexFault(pattern)).toContain(message)
  })

  test('and what is supported has no fault', () => {
    for (const pattern of ['^a$', '.*', '^(?:GET|POST) /v[12]/\\w{1,20}$'])
      expect(regexFault(pattern)).toBe(undefined)
  })
})

test('a text beyond the limit is not judged', () => {
  expect(matches('.*', 'a'.repeat(matchedCharsMax))).toBe(true)
  expect(matches('.*', 'a'.repeat(matchedCharsMax + 1))).toBe(undefined)
})

test('the work grows with the text, not with its ways to match', () => {
  const regex = parseLinearRegex('^(a*)*b$')
  const visited = { count: 0 }
  const watched = {
    start: regex?.start ?? 0,
    states: (regex?.states ?? []).map((state) => ({
      ...state,
      ...(state.reads
        ? { reads: (char: string) => ++visited.count > 0 && (state.reads?.(char) ?? false) }
        : {}),
    })),
  }
  expect(matchesLinear(watched, 'a'.repeat(4000))).toBe(false)
  expect(visited.count).toBeLessThanOrEqual(4000 * watched.states.length)
})
