import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

const expected = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_000])('a text of %i characters', (length) => {
  for (const char of ['a', 'é', '語', '😀'])
    expect(sha256(char.repeat(length))).toBe(expected(char.repeat(length)))
})

test('any text, lone surrogates included', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.oneof(
          fc.nat(0xffff).map((code) => String.fromCharCode(code)),
          fc.constant('😀'),
        ),
      }),
      (text) => {
        expect(sha256(text)).toBe(expected(text))
      },
    ),
    { numRuns: 500 },
  )
})
