import { describe, expect, test } from 'vitest'
import { scanJson } from './scan.ts'
import { readsOf } from './scanning/place.ts'
import { type ScanCode, scanCodes, scanLimits } from './scanning/walk.ts'

const scan = (body: string | Buffer, ...pointers: readonly string[]) =>
  scanJson(Buffer.from(body as string), readsOf(pointers))
const inParams = (members: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${members}}}`
const inArguments = (members: string) => inParams(`"name":"refund","arguments":{${members}}`)
const withId = (id: string) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`

const accepted: readonly (readonly [what: string, body: string, ...pointers: readonly string[]])[] = [
  ['a call', inArguments('"amount":5'), '/amount'],
  ['white space wherever it may be', ' \r\n\t{ "id" : 1 ,\n"params" : { } }\t'],
  ['a batch', `[${withId('1')},${withId('"a"')}]`],
  ['two messages of a batch with the same names', '[{"method":"a"},{"method":"b"}]'],
  ['the same name in objects side by side', inArguments('"a":{"x":1},"b":{"x":1}')],
  ['the same name inside of itself', inArguments('"x":{"x":{"x":1}}')],
  ['an id that is text', withId('"7.5"')],
  ['an id with an empty fraction, which every server gives back as 7', withId('7.0')],
  ['an id with an exponent', withId('1e2')],
  ['the largest safe id', withId('9007199254740991')],
  ['a pair of surrogates by escapes', inArguments('"a":"\\ud83d\\ude00"')],
  ['an escaped zero character in a value', inArguments('"a":"\\u0000"')],
  ['names that differ in case where nobody reads them', inArguments('"Amount":1,"amount":2')],
  ['names in another script', inArguments('"größe":1,"naïve":2,"名前":3'), '/größe'],
  ['a name of the envelope far inside', inArguments('"Method":1'), '/amount'],
  ['a progress token that is text', inParams('"_meta":{"progressToken":"1e400"}')],
  ['two names that the policy reads, and that are nearly the same', inArguments('"a":1'), '/a', '/A'],
  ['a name that begins like one that matters', inParams('"names":[],"na":1')],
]
test.each(accepted)('takes %s', (_, body, ...pointers) => {
  expect(scan(body, ...pointers)).toEqual({ ok: true, inexact: [] })
})

type Refusal = readonly [what: string, body: string | Buffer, ScanCode, pointer: string, offset: number]

/** Offsets are those of the first character behind `from`. */
const at = (body: string, from: string): number => Buffer.byteLength(body.slice(0, body.indexOf(from)))
const refusal = (what: string, body: string, code: ScanCode, pointer: string, where: string): Refusal => [
  what,
  body,
  code,
  pointer,
  where === '' ? Buffer.byteLength(body) : at(body, where),
]

const refused: readonly Refusal[] = [
  ['UTF-16', Buffer.from(withId('1'), 'utf16le').subarray(1), 'syntax', '', 0],
  ['a byte that is no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 'not_utf8', '', 6],
  ['a surrogate as three bytes', Buffer.from('"\xed\xa0\x80"', 'latin1'), 'not_utf8', '', 1],
  ['an overlong slash', Buffer.from('"\xc0\xaf"', 'latin1'), 'not_utf8', '', 1],
  ['a byte order mark', Buffer.from(`\ufeff${withId('1')}`), 'byte_order_mark', '', 0],
  refusal('nothing', '', 'syntax', '', ''),
  refusal('only white space', ' \n', 'syntax', '', ''),
  refusal('two values', '{} []', 'syntax', '', '['),
  refusal('a non-breaking space', '{"a":\u00a01}', 'syntax', '/a', '\u00a0'),
  refusal('a comma before the end', '{"a":1,}', 'syntax', '', '}'),
  refusal('a comma before the end of a list', '[1,]', 'syntax', '/1', ']'),
  refusal('a comment', '{/**/"a":1}', 'syntax', '', '/'),
  refusal('single quotes', "{'a':1}", 'syntax', '', "'"),
  refusal('a name without quotes', '{a:1}', 'syntax', '', 'a'),
  refusal('NaN', '{"a":NaN}', 'syntax', '/a', 'N'),
  refusal('a leading zero', '[01]', 'syntax', '/0', '1'),
  refusal('a plus', '[+1]', 'syntax', '/0', '+'),
  refusal('a fraction without digits', '[1.]', 'syntax', '/0', '1'),
  refusal('a number that begins with its fraction', '[.5]', 'syntax', '/0', '.'),
  refusal('an exponent without digits', '[1e+]', 'syntax', '/0', '1'),
  refusal('a hexadecimal number', '[0x10]', 'syntax', '/0', 'x'),
  refusal('a word that is cut off', '[tru]', 'syntax', '/0', 't'),
  refusal('a raw line feed in a string', '["a\nb"]', 'syntax', '/0', '\n'),
  refusal('a raw zero byte in a name', '{"a\0":1}', 'syntax', '', '\0'),
  refusal('an escape of another language', '["\\x41"]', 'syntax', '/0', '\\'),
  refusal('an escape of three digits', '["\\u041"]', 'syntax', '/0', '\\'),
  refusal('a string without end', '["abc', 'syntax', '/0', ''),
  refusal('an escape without end', '["abc\\', 'syntax', '/0', '\\'),
  refusal('an object without end', '{"a":1', 'syntax', '/a', ''),
  refusal('the first half of a pair', '["\\ud83d"]', 'lone_surrogate', '/0', '\\'),
  refusal('the first half and no second', '["\\ud83d\\u0041"]', 'lone_surrogate', '/0', '\\'),
  refusal('the second half of a pair', '["a\\ude00"]', 'lone_surrogate', '/0', '\\'),
  refusal('half of a pair in a name', '{"a":1,"\\ud83d":1}', 'lone_surrogate', '', '\\'),

  refusal('two methods', '{"method":"a","id":1,"method":"b"}', 'duplicate_key', '/method', '"method":"b'),
  refusal('two names', inParams('"name":"a","name":"b"'), 'duplicate_key', '/params/name', '"name":"b'),
  refusal(
    'a second name by escapes',
    inParams('"name":"a","n\\u0061me":"b"'),
    'duplicate_key',
    '/params/name',
    '"n\\',
  ),
  refusal(
    'a first name by escapes',
    inParams('"n\\u0061me":"a","name":"b"'),
    'duplicate_key',
    '/params/name',
    '"name',
  ),
  refusal(
    'twice the same far inside',
    inArguments('"a":[0,{"b/~":1,"b/~":2}]'),
    'duplicate_key',
    '/params/arguments/a/1/b~1~0',
    '"b/~":2',
  ),
  refusal('twice the same in another script', '{"ä":1,"\\u00e4":2}', 'duplicate_key', '/ä', '"\\'),
  refusal('twice the same in a batch', '[{},{"id":1,"id":2}]', 'duplicate_key', '/1/id', '"id":2'),

  refusal('a method in upper case', '{"METHOD":"x"}', 'ambiguous_key', '/METHOD', '"M'),
  refusal(
    'a method beside one in title case',
    '{"method":"x","Method":"y"}',
    'ambiguous_key',
    '/Method',
    '"M',
  ),
  refusal('a method of a batch in title case', '[{"Method":"y"}]', 'ambiguous_key', '/0/Method', '"M'),
  refusal('params with a long s', '{"paramſ":{}}', 'ambiguous_key', '/paramſ', '"p'),
  refusal('params with an escaped long s', '{"param\\u017f":{}}', 'ambiguous_key', '/paramſ', '"p'),
  refusal('an id and a zero character', '{"id\\u0000":1}', 'ambiguous_key', '/id\0', '"i'),
  refusal('an id, a zero character and more', '{"id\\u0000x":1}', 'ambiguous_key', '/id\0x', '"i'),
  refusal('a full-width name', inParams('"ｎame":"x"'), 'ambiguous_key', '/params/ｎame', '"ｎ'),
  refusal(
    'a token with a Kelvin sign',
    inParams('"_meta":{"progressTo\u212aen":1}'),
    'ambiguous_key',
    '/params/_meta/progressTo\u212aen',
    '"progress',
  ),
  refusal('arguments in title case', inParams('"Arguments":{}'), 'ambiguous_key', '/params/Arguments', '"A'),
  refusal(
    'names nearly the same that nobody knows',
    inParams('"x-a":1,"X-A":2'),
    'ambiguous_key',
    '/params/X-A',
    '"X',
  ),
  refusal(
    'a reference with a name in upper case',
    inParams('"ref":{"NAME":"x"}'),
    'ambiguous_key',
    '/params/ref/NAME',
    '"N',
  ),

  refusal('no id to come back by', withId('null'), 'unsafe_id', '/id', 'null'),
  refusal('an id with a fraction', withId('7.5'), 'unsafe_id', '/id', '7.5'),
  refusal('an id that is nearly whole', withId('7.00000000000000000001'), 'unsafe_id', '/id', '7.0'),
  refusal('an id beyond 2^53', withId('9007199254740993'), 'unsafe_id', '/id', '9'),
  refusal('an id of 2^53, which is also 2^53 + 1', withId('9007199254740992'), 'unsafe_id', '/id', '9'),
  refusal('an id without end', withId('1e400'), 'unsafe_id', '/id', '1e'),
  refusal('an id that is true', withId('true'), 'unsafe_id', '/id', 'true'),
  refusal('an id that is an object', withId('{}'), 'unsafe_id', '/id', '{},'),
  refusal('an id of a batch', `[${withId('1')},${withId('-1.5')}]`, 'unsafe_id', '/1/id', '-1.5'),
  refusal(
    'a request to cancel that is nobody’s',
    inParams('"requestId":1e400'),
    'unsafe_id',
    '/params/requestId',
    '1e',
  ),
  refusal(
    'a progress token with a fraction',
    inParams('"progressToken":0.5'),
    'unsafe_id',
    '/params/progressToken',
    '0.5',
  ),
  refusal(
    'a progress token beyond 2^53',
    inParams('"_meta":{"progressToken":9007199254740993}'),
    'unsafe_id',
    '/params/_meta/progressToken',
    '9',
  ),
]
test.each(refused)('refuses %s', (_, body, code, pointer, offset) => {
  expect(scan(body)).toEqual({ ok: false, code, message: expect.any(String), pointer, offset })
})

test('every code has a case', () => {
  const seen = new Set(refused.map(([, , code]) => code))
  const elsewhere: readonly ScanCode[] = ['too_deep', 'too_many_values', 'too_many_inexact']
  expect(new Set([...seen, ...elsewhere])).toEqual(new Set(scanCodes))
})

describe('names on the way of a pointer that the policy reads', () => {
  test.each([
    ['another case', '"Amount":1', '/amount', '/Amount'],
    ['another case of the object around', '"Billing":{"amount":1}', '/billing/amount', '/Billing'],
    ['another case inside', '"billing":{"AMOUNT":1}', '/billing/amount', '/billing/AMOUNT'],
    ['another case in a list', '"lines":[{},{"Price":1}]', '/lines/1/price', '/lines/1/Price'],
    ['a long s for a letter that is no ASCII either', '"ſ":1', '/s', '/ſ'],
    ['ASCII for what is read and is none', '"s":1', '/ſ', '/s'],
    ['twins in an object that is read whole', '"billing":{"a":1,"A":2}', '/billing', '/billing/A'],
    ['an escaped pointer', '"A/~":1', '/a~1~0', '/A~1~0'],
  ])('%s', (_, members, pointer, where) => {
    const body = inArguments(members)
    expect(scan(body)).toMatchObject({ ok: true })
    expect(scan(body, pointer)).toMatchObject({
      ok: false,
      code: 'ambiguous_key',
      pointer: `/params/arguments${where}`,
    })
  })

  test('two that are both read, and nearly the same', () => {
    expect(scan(inArguments('"a":1'), '/a', '/A')).toMatchObject({ ok: true })
    expect(scan(inArguments('"A":1'), '/a', '/A')).toMatchObject({ ok: true })
    expect(scan(inArguments('"a":1,"A":2'), '/a', '/A')).toMatchObject({ code: 'ambiguous_key' })
    expect(scan(inArguments('"a":1,"a":2'), '/a', '/A')).toMatchObject({ code: 'duplicate_key' })
  })

  test('more of them than a message has', () => {
    const names = Array.from({ length: 70 }, (_, index) => `name${index}`)
    const pointers = names.map((name) => `/${name}`)
    const members = names.map((name) => `"${name}":1`).join()
    expect(scan(inArguments(members), ...pointers)).toMatchObject({ ok: true })
    for (const name of names) {
      expect(scan(inArguments(`${members},"${name}":2`), ...pointers)).toMatchObject({
        code: 'duplicate_key',
      })
      expect(scan(inArguments(`"${name}":1,"${name}":2`), ...pointers)).toMatchObject({
        code: 'duplicate_key',
      })
      expect(scan(inArguments(`"${name.toUpperCase()}":2`), ...pointers)).toMatchObject({
        code: 'ambiguous_key',
      })
    }
  })

  test('beside it they are free', () => {
    expect(scan(inArguments('"lines":[{"Price":1},{}]'), '/lines/1/price')).toMatchObject({ ok: true })
    expect(scan(inArguments('"other":{"a":1,"A":2}'), '/billing/amount')).toMatchObject({ ok: true })
  })
})

describe('numbers among the arguments', () => {
  test.each([
    '0',
    '-0',
    '0.0',
    '0e99999',
    '7.0',
    '0.1',
    '129.50',
    '1e2',
    '1E+2',
    '123456789012345',
    '-9007199254740991',
    '0.30000000000000004',
    '1.7976931348623157e-300',
    '5e-324',
    '0.000001',
    '1200000000000000e-3',
    '100e-2',
  ])('%s is carried', (number) => {
    expect(scan(inArguments(`"n":${number}`))).toEqual({ ok: true, inexact: [] })
  })

  test.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '1e400',
    '-1e400',
    '1e22',
    '1e-400',
    '4.9e-324',
    '0.1000000000000000055',
    '123456789.123456789',
    '1e-99999999999999999999',
    `0.${'0'.repeat(400)}1`,
    '499.99999999999999999999',
  ])('%s is not', (number) => {
    expect(scan(inArguments(`"n":${number}`))).toEqual({ ok: true, inexact: ['/n'] })
  })

  test('is said of each, and of none elsewhere', () => {
    const body = `{"params":{"level":1e400,"arguments":{"a":[0,1e400,{"b/c":1e400}],"d":1},"x":1e400},"x":1e400}`
    expect(scan(body)).toEqual({ ok: true, inexact: ['/a/1', '/a/2/b~1c'] })
    expect(scan('{"params":{"arguments":1e400}}')).toEqual({ ok: true, inexact: [''] })
    expect(scan('{"arguments":1e400}')).toEqual({ ok: true, inexact: [] })
  })

  test('is said of all messages of a batch together', () => {
    const body = `[${inArguments('"a":1e400')},${inArguments('"b":1')},${inArguments('"c":1e400')}]`
    expect(scan(body)).toEqual({ ok: true, inexact: ['/a', '/c'] })
  })

  test('as long as it can be said', () => {
    const some = (count: number) => inArguments(`"a":[${Array(count).fill('1e400').join()}]`)
    expect(scan(some(scanLimits.inexactMax))).toMatchObject({ ok: true })
    const pointer = `/params/arguments/a/${scanLimits.inexactMax}`
    expect(scan(some(scanLimits.inexactMax + 1))).toMatchObject({ code: 'too_many_inexact', pointer })
    expect(scan(inArguments(`"${'a'.repeat(1023)}":1e400`))).toMatchObject({ ok: true })
    expect(scan(inArguments(`"${'a'.repeat(1024)}":1e400`))).toMatchObject({ code: 'too_many_inexact' })
  })
})

describe('limits', () => {
  test('of depth', () => {
    const { depthMax } = scanLimits
    expect(scan('['.repeat(depthMax) + ']'.repeat(depthMax))).toMatchObject({ ok: true })
    expect(scan('['.repeat(depthMax + 1))).toMatchObject({ code: 'too_deep', offset: depthMax })
    expect(scan('{"a":'.repeat(depthMax + 1))).toMatchObject({ code: 'too_deep', offset: depthMax * 5 })
  })

  test('of values', () => {
    const limits = { ...scanLimits, valuesMax: 4 }
    expect(scanJson(Buffer.from('[1,2,{}]'), readsOf([]), limits)).toMatchObject({ ok: true })
    expect(scanJson(Buffer.from('[1,{"a":2},3]'), readsOf([]), limits)).toMatchObject({
      code: 'too_many_values',
      pointer: '/2',
    })
  })

  test('of names outside of ASCII that have to be told from each other', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `"ä${index}":0`).join()
    expect(scan(inParams(names(1_000)))).toMatchObject({ ok: true })
    expect(scan(inParams(names(10_000)))).toMatchObject({ code: 'ambiguous_key' })
    expect(scan(inArguments(names(10_000)))).toMatchObject({ ok: true })
  })

  test('of what is quoted', () => {
    const long = 'x'.repeat(100_000)
    const [first, second] = [scan(`{"${long}":1,"${long}":2}`), scan(`{"id":[1,"${long}"]}`)]
    const third = scan(`{"\\u00e4${'\\u00e4'.repeat(50_000)}":{"a":1,"a":2}}`)
    for (const fault of [first, second, third]) {
      expect(fault).toMatchObject({ ok: false })
      expect(JSON.stringify(fault).length).toBeLessThan(500)
    }
  })

  test('says what is wrong', () => {
    expect(scan('{"Method":1}')).toMatchObject({ message: '"Method" is nearly "method"' })
    expect(scan('{"a":1,"a":2}')).toMatchObject({ message: '"a" is there twice' })
    expect(scan('{"a":1 "b":2}')).toMatchObject({ message: 'expected "," or "}", found "' })
  })
})

test('an object of many names is no other', () => {
  const names = Array.from({ length: 40 }, (_, index) => `"key${index}":${index}`)
  for (let count = 1; count <= names.length; count++) {
    const body = names.slice(0, count).join()
    expect(scan(inParams(body))).toEqual({ ok: true, inexact: [] })
    for (const at of [0, count - 1]) {
      const twin = `"key${at}":0`
      expect(scan(inArguments(`${body},${twin}`))).toMatchObject({ code: 'duplicate_key' })
      expect(scan(inParams(`${body},${twin}`))).toMatchObject({ code: 'duplicate_key' })
      expect(scan(inParams(`${body},${twin.replace('k', 'K')}`))).toMatchObject({ code: 'ambiguous_key' })
      expect(scan(inArguments(`${body},${twin.replace('k', 'K')}`))).toMatchObject({ ok: true })
    }
    expect(scan(inParams(`${body},"NAME":1`))).toMatchObject({ code: 'ambiguous_key' })
  }
})
