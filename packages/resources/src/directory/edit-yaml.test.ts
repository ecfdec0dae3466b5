import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { editYaml, yamlOf } from './edit-yaml.ts'
import { merged } from './merge-patch.ts'

const aKey = fc.constantFrom('name', 'spec', 'a b', '0', 'true', '~', '#x', 'x: y')
const aScalar = fc.oneof(
  fc.string(),
  fc.constantFrom('no', 'null', '2026-01-01T00:00:00Z', '0x1', '# no comment', 'two\nlines\n', ' edge '),
  fc.integer(),
  fc.boolean(),
)
const { value: aValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    aScalar,
    fc.dictionary(aKey, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
}))
const aMap = fc.dictionary(aKey, aValue, { maxKeys: 5, noNullPrototype: true })

test('what is written is read back', () => {
  fc.assert(
    fc.property(aMap, (map) => {
      expect(parse(yamlOf(map))).toEqual(map)
    }),
  )
})

test('an edited text says what it was edited to say', () => {
  fc.assert(
    fc.property(aMap, aMap, (before, after) => {
      expect(parse(editYaml(yamlOf(before), before, after))).toEqual(after)
    }),
    { numRuns: 500 },
  )
})

test('comments stay with what they stand by', () => {
  const text = '# top\na: 1 # one\nlist:\n  # first\n  - x: 1 # x\n  - y\n\n# end\n'
  const before = { a: 1, list: [{ x: 1 }, 'y'] }
  expect(editYaml(text, before, { a: 2, list: [{ x: 3, z: [1] }, 'y', 'w'] })).toBe(
    '# top\na: 2 # one\nlist:\n  # first\n  - x: 3 # x\n    z:\n      - 1\n  - y\n  - w\n\n# end\n',
  )
})

test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: 1 }, { a: 1 }, { e: 1, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j with %j is %j', (target, patch, result) => {
  expect(merged(target, patch)).toEqual(result)
})
