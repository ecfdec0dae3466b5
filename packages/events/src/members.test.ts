import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  areDistinct,
  createMembers,
  createNames,
  isSpeltPlainly,
  locate,
  type Members,
  memberCalled,
  NONE,
  tokenAt,
} from './members.ts'
import { placesPerMember, scanEvent } from './scan-event.ts'

const scan = (bytes: Buffer) => {
  const scanned = scanEvent(bytes)
  if (scanned === undefined) return undefined
  const slice = (start: number, end: number) => bytes.toString('utf8', start, end)
  const text = { bytes, slice, hasEscapes: bytes.includes('\\') }
  return {
    isObject: scanned.isObject,
    event: createMembers(text, scanned.event),
    payload: createMembers(text, scanned.payload),
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is not UTF-8 is refused before anybody parses it. */
const parsed = (bytes: Buffer): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(bytes.toString()) }
  } catch {
    return undefined
  }
}

const isAscii = (name: string): boolean => /^[ !#-[\]-~]*$/.test(name)

const expectSame = (members: Members, value: Readonly<Record<string, unknown>>): void => {
  const names = Object.keys(value)
  expect(areDistinct(members)).toBe(members.spans.length === names.length * placesPerMember)
  expect(memberCalled(members, 'nobody')).toBe(NONE)
  if (!areDistinct(members)) return
  const asked = ['nobody', ...names.filter(isAscii)]
  const found: number[] = []
  locate(members, createNames(asked), found)
  for (const [index, name] of asked.entries()) {
    expect(found[index]).toBe(memberCalled(members, name))
    if (index > 0) expect(JSON.parse(tokenAt(members, found[index] as number))).toEqual(value[name])
  }
}

/** Just what `JSON.parse` takes is taken, and what is asked for is what it makes of it. */
const expectAsParsed = (bytes: Buffer): void => {
  const [scanned, read] = [scan(bytes), parsed(bytes)]
  expect(scanned !== undefined, bytes.toString()).toBe(read !== undefined)
  if (scanned === undefined || read === undefined) return
  expect(scanned.isObject).toBe(isObject(read.value))
  if (!isObject(read.value)) return
  expectSame(scanned.event, read.value)
  const payload = read.value['payload']
  const member = memberCalled(scanned.event, 'payload')
  if (isObject(payload) && areDistinct(scanned.event) && isSpeltPlainly(scanned.event, member, 'payload'))
    expectSame(scanned.payload, payload)
}

const events = [
  '{"timestamp":"2026-06-01T12:00:00Z","source":"s","event_type":"t","payload":{"_audit":{"v":1,"seq":12},"a":[1,{"b":null}],"c":-1.5e+3}}',
  ' { "payload" : { "z" : true , "a" : "\\u0041\\n\\\\" } , "source" : "caf\u00e9 \ud83d\ude00" }\r\n',
  '{"payloa\\u0064":{"a":1},"payload":{"a\\u0062":0,"ab":{}},"x":[],"y":[[],[{}]],"":0}',
]
const pieces = [
  ...'{}[]",:\\ \n0123-+.eEu',
  'null',
  'true',
  '"a":',
  '\\u00',
  '\\ud83d',
  '\u0000',
  '\u00e9',
  '1e9',
  '{}',
]

describe('members found by a scan are those that parsing makes', () => {
  test('of any value', () => {
    const anEvent = fc.record({ payload: fc.jsonValue(), source: fc.string({ unit: 'binary' }) })
    fc.assert(
      fc.property(anEvent, fc.constantFrom(undefined, 1, '\t'), (event, indent) =>
        expectAsParsed(Buffer.from(JSON.stringify(event, undefined, indent))),
      ),
      { numRuns: 100 },
    )
  })

  test('of an event that was damaged', () => {
    const aChange = fc.record({ at: fc.nat(200), cut: fc.nat(3), piece: fc.constantFrom('', ...pieces) })
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.array(aChange, { maxLength: 3 }), (event, changes) => {
        let bytes = Buffer.from(event)
        for (const { at, cut, piece } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(piece), bytes.subarray(at + cut)])
        if (isUtf8(bytes)) expectAsParsed(bytes)
      }),
      { numRuns: 5_000 },
    )
  })

  test('of any text that is made of what JSON is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (chosen) => {
        expectAsParsed(Buffer.from(chosen.join('')))
        expectAsParsed(Buffer.from(`{"payload":${chosen.join('')}}`))
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '{"a":1,"a":2}',
    '{"b":1,"a":2,"ab":3}',
    '{"a":1,"ab":2,"a b":3}',
    '{"\u00e9":1,"\u00e8":2,"\u00e9":3}',
    '{"__proto__":1,"constructor":2}',
    '01',
    '-',
    '1.',
    '1e',
    '"\u007f"',
    '"\t"',
    '\ufeff{}',
    '{"a":1}{}',
    '\u00a0{}',
    '',
  ])('%j', (text) => expectAsParsed(Buffer.from(text)))

  test('at any depth', () => {
    const depth = 300_000
    expect(scan(Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`))).toBeDefined()
    expect(scan(Buffer.from(`${'{"a":['.repeat(depth)}1${']}'.repeat(depth - 1)}`))).toBe(undefined)
  })
})
