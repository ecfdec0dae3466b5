import { describe, expect, test } from 'vitest'
import { compileCondition, holds, parsePointer } from './condition.ts'
import type { Condition, PolicyRequest } from './model.ts'

const truthOf = (condition: Condition, args: unknown, rest: Partial<PolicyRequest> = {}) =>
  holds(compileCondition(condition), { method: 'tools/call', arguments: args, ...rest })

/** Per operator: values with which it holds, with which it does not, and with which nobody can say. */
const table: readonly [Condition, readonly unknown[], readonly unknown[], readonly unknown[]][] = [
  [{ pointer: '/v', op: 'eq', value: 'a' }, ['a'], ['b', ''], [1, null, true, ['a'], {}]],
  [{ pointer: '/v', op: 'eq', value: 0 }, [0, -0], [1, 0.5], ['0', 2 ** 53, Number.NaN, null]],
  [{ pointer: '/v', op: 'eq', value: false }, [false], [true], [0, '', 'false', null]],
  [{ pointer: '/v', op: 'ne', value: 'a' }, ['b', ''], ['a'], [1, null, ['b']]],
  [
    { pointer: '/v', op: 'lt', value: 5 },
    [4, -1e9, 4.999],
    [5, 6],
    ['4', 2 ** 53, -(2 ** 53), Number.NaN, null, [4]],
  ],
  [{ pointer: '/v', op: 'lte', value: 5 }, [5, 4], [5.0001, 6], ['5', Number.NEGATIVE_INFINITY]],
  [{ pointer: '/v', op: 'gt', value: 5 }, [5.0001, 6], [5, 4], ['6', Number.POSITIVE_INFINITY, true]],
  [{ pointer: '/v', op: 'gte', value: 5 }, [5, 2 ** 53 - 1], [4], ['5', 2 ** 53]],
  [{ pointer: '/v', op: 'in', value: ['a', 'b'] }, ['a', 'b'], ['c', 'A'], [1, null, ['a']]],
  [{ pointer: '/v', op: 'not_in', value: [1, 2] }, [3], [1, 2], ['3', null, 2 ** 60]],
  [
    { pointer: '/v', op: 'prefix', value: '/data/' },
    ['/data/x', '/data/'],
    ['/data', '/Data/x'],
    [1, null, ['/data/x']],
  ],
  [{ pointer: '/v', op: 'suffix', value: '.md' }, ['a.md', '.md'], ['a.mdx', 'md'], [1, null]],
  [
    { pointer: '/v', op: 'contains', value: 'x' },
    ['axb', ['x'], [1, 'x']],
    ['ab', ['y'], []],
    [1, null, [1], [['x']], { x: 1 }],
  ],
  [{ pointer: '/v', op: 'contains', value: 7 }, [[7], ['7', 7]], [[8], []], ['7', ['7'], [2 ** 60]]],
  [
    { pointer: '/v', op: 'matches', value: '^[a-z]+@corp\\.com$' },
    ['me@corp.com'],
    ['me@corp.com.evil.com', '@corp.com'],
    [1, null, ['me@corp.com'], 'a'.repeat(10_000)],
  ],
  [{ pointer: '/v', op: 'exists' }, [null, 0, '', [], false], [], []],
  [{ pointer: '/v', op: 'absent' }, [], [null, 0, ''], []],
]

describe('a condition is true, false or unknown', () => {
  for (const [condition, yes, no, unknown] of table) {
    const name = `${condition.op} ${'value' in condition ? JSON.stringify(condition.value) : ''}`
    test.each(yes.map((value) => [value]))(`${name} holds with %j`, (v) =>
      expect(truthOf(condition, { v })).toBe(true),
    )
    test.each(no.map((value) => [value]))(`${name} does not hold with %j`, (v) =>
      expect(truthOf(condition, { v })).toBe(false),
    )
    test.each(unknown.map((value) => [value]))(`${name} is unknown with %j`, (v) =>
      expect(truthOf(condition, { v })).toBe(undefined),
    )
  }

  test('what is absent is unknown to all that ask for a value', () => {
    for (const [condition] of table) {
      const expected = condition.op === 'exists' ? false : condition.op === 'absent' ? true : undefined
      for (const args of [{}, undefined, null, [], 'v', 5, Object.create({ v: 'a' })])
        expect(truthOf(condition, args)).toBe(expected)
    }
  })

  test('a number that was not carried exactly is unknown, and so is what holds one', () => {
    const inexact = ['/v']
    expect(truthOf({ pointer: '/v', op: 'lte', value: 5 }, { v: 1 }, { inexact })).toBe(undefined)
    expect(truthOf({ pointer: '/v', op: 'exists' }, { v: 1 }, { inexact })).toBe(true)
    expect(truthOf({ pointer: '/w', op: 'lte', value: 5 }, { v: 1, w: 1 }, { inexact })).toBe(true)
    expect(truthOf({ pointer: '/v', op: 'contains', value: 1 }, { v: [1] }, { inexact: ['/v/0'] })).toBe(
      undefined,
    )
  })
})

describe('a pointer', () => {
  test.each([
    ['/a~1b', { 'a/b': 1 }],
    ['/m~0n', { 'm~n': 1 }],
    ['/~01', { '~1': 1 }],
    ['/list/1', { list: [0, 1] }],
    ['/', { '': 1 }],
    ['/a//b', { a: { '': { b: 1 } } }],
    ['/__proto__', JSON.parse('{"__proto__":1}')],
  ])('%s leads to its member', (pointer, args) =>
    expect(truthOf({ pointer, op: 'eq', value: 1 }, args)).toBe(true),
  )

  test.each([
    ['/list/01', { list: [0, 1] }],
    ['/list/-', { list: [0, 1] }],
    ['/list/length', { list: [0] }],
    ['/constructor', {}],
    ['/text/0', { text: 'abc' }],
    ['/__proto__/x', {}],
  ])('%s leads nowhere', (pointer, args) => expect(truthOf({ pointer, op: 'exists' }, args)).toBe(false))

  test.each(['a', 'a/b', '/a~', '/a~2'])('%s is none', (pointer) => {
    expect(parsePointer(pointer)).toBe(undefined)
    expect(truthOf({ pointer, op: 'absent' }, {})).toBe(undefined)
  })
})

test('an operator that nobody knows, and a pattern that cannot be read, are unknown', () => {
  expect(truthOf({ pointer: '/v', op: 'toString', value: 1 } as never, { v: 1 })).toBe(undefined)
  expect(truthOf({ pointer: '/v', op: 'matches', value: '(?=x)' }, { v: 'x' })).toBe(undefined)
})
