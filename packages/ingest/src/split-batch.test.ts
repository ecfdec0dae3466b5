import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isArray, type Split, splitArray, splitLines } from './split-batch.ts'

const textsOf = (split: Split) =>
  split.ok ? split.events.map((event) => Buffer.from(event).toString()) : split.fault
const ofArray = (text: string, eventsMax = 100) => textsOf(splitArray(Buffer.from(text), eventsMax))
const ofLines = (text: string, eventsMax = 100) => textsOf(splitLines(Buffer.from(text), eventsMax))

describe('an array', () => {
  test.each<[string, string[]]>([
    ['[]', []],
    [' [ ] \n', []],
    ['[1]', ['1']],
    ['[{"a":[1,2]},{"b":{}}]', ['{"a":[1,2]}', '{"b":{}}']],
    ['[\n {"a":1} ,\t{"b":2}\r\n]', ['{"a":1} ', '{"b":2}\r\n']],
    ['["],[","\\"],","\\\\"]', ['"],["', '"\\"],"', '"\\\\"']],
    ['[{"a":"}"},nonsense,3]', ['{"a":"}"}', 'nonsense', '3']],
  ])('%j is split where its commas are', (text, events) => {
    expect(ofArray(text)).toEqual(events)
  })

  test.each([
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,]',
    '[,1]',
    '[1,,2]',
    '[1]x',
    '[1]]',
    '[{]}',
    '["a]',
    '[1}',
    '[{}',
    '[{"a":"\\"}]',
  ])('%j cannot be told apart', (text) => {
    expect(ofArray(text)).toBe('invalid_json')
  })

  test('of any values is split into just those', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (values, indent) => {
        const split = ofArray(JSON.stringify(values, undefined, indent))
        expect(Array.isArray(split) && split.map((text) => JSON.parse(text))).toEqual(
          JSON.parse(JSON.stringify(values)),
        )
      }),
    )
  })

  test('of any bytes ends, and what it gives lies within them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ' ', '1') }),
        (text) => {
          const split = ofArray(`[${text}`)
          if (Array.isArray(split)) expect(split.join('').length).toBeLessThanOrEqual(text.length)
          else expect(split).toBe('invalid_json')
        },
      ),
    )
  })

  test('is told from an object by its first byte', () => {
    expect([' \n[', '{', '', '"['].map((text) => isArray(Buffer.from(text)))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('lines', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['{"a":1}', ['{"a":1}']],
    ['{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['\n \r\n{"a":1}\r\n\n', ['{"a":1}\r']],
  ])('%j', (text, events) => {
    expect(ofLines(text)).toEqual(events)
  })
})

test.each(['\n', ' ', '[', '"\\', '\\"', ',', '[,', '{"'])('%j without end is looked at once', (unit) => {
  const text = unit.repeat((4 * 1024 * 1024) / unit.length)
  const atLine = ofLines(text)
  expect(atLine === 'too_many' || atLine.length <= 1).toBe(true)
  expect(ofArray(`[${text}`)).toBe('invalid_json')
})

test('there are as many as are allowed, and no more', () => {
  expect([ofArray('[1,2]', 2), ofArray('[1,2,3]', 2)]).toEqual([['1', '2'], 'too_many'])
  expect([ofLines('1\n2\n', 2), ofLines('1\n2\n3', 2)]).toEqual([['1', '2'], 'too_many'])
})
