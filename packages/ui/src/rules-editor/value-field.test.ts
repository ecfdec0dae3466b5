import fc from 'fast-check'
import { expect, test } from 'vitest'
import { typedOf, valueIn } from './value-field.ts'

test.each([
  ['EUR', 'EUR'],
  ['500', 500],
  ['"500"', '500'],
  ['true', true],
  ['["EUR", "USD"]', ['EUR', 'USD']],
  ['""', ''],
  ['', undefined],
])('%s is read as it is meant', (typed, value) => {
  expect(valueIn(typed)).toEqual(value)
})

const scalar = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom('500', 'true', 'null', '"', ''),
)

test('every value is read back from how it is shown', () => {
  fc.assert(
    fc.property(fc.oneof(scalar, fc.array(scalar)), (value) => {
      expect(valueIn(typedOf(value))).toEqual(value)
    }),
  )
})
