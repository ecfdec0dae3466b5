import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodePosition, encodePosition } from './position.ts'

it('is read as it was written', () => {
  const ends = fc.uniqueArray(fc.tuple(fc.nat(1_000), fc.nat()), { selector: ([partition]) => partition })
  fc.assert(
    fc.property(ends, (some) => {
      const position = new Map(some)
      expect(decodePosition(encodePosition(position))).toEqual(position)
    }),
  )
})

it.each(['', '0', '0:', ':1', '0:x', '0:-1', '0:1_', '0:1.5', `0:${'9'.repeat(16)}`, '0:1_'.repeat(2_000)])(
  'is none: %j',
  (text) => {
    expect(decodePosition(text)).toBeUndefined()
  },
)
