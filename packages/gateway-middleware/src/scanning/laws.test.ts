import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanJson } from '../scan.ts'
import { foldName } from './fold.ts'
import { readsOf } from './place.ts'

const scan = (text: string, pointers: readonly string[] = []) =>
  scanJson(Buffer.from(text), readsOf(pointers))
const runs = { numRuns: 500 }

const wellFormed = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.toWellFormed())
const json = fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' }).filter((value) => {
  const text = JSON.stringify(value)
  return text === JSON.stringify(JSON.parse(text)) && !/\\u[dD][89a-fA-F]/.test(text)
})

const isParsed = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('takes whatever JSON.stringify writes of well-formed text, where no names matter', () => {
  fc.assert(
    fc.property(json, fc.nat(4), (value, space) => {
      // One list deep names matter as they do in a message; two deep they do not.
      expect(scan(JSON.stringify([[value]], undefined, space))).toEqual({ ok: true, inexact: [] })
    }),
    runs,
  )
})

const fragments = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '"a"',
    '"b"',
    '"\\',
    'u0061',
    '"\\u0061"',
    '\\ud83d',
    '\\ude00',
    ' ',
    '\n',
  ],
  ...[
    '0',
    '1',
    '-',
    '.',
    'e',
    '+',
    'E5',
    '10',
    'true',
    'false',
    'null',
    'tru',
    '\u00a0',
    'ä',
    '\u0000',
    '\ufeff',
    '/',
  ],
)
const nearlyJson = fc.oneof(
  fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.tuple(json, fc.nat(), fragments, fc.nat(3)).map(([value, at, fragment, gone]) => {
    const text = JSON.stringify([[value]])
    const place = at % text.length
    return text.slice(0, place) + fragment + text.slice(place + gone)
  }),
)

test('takes nothing that JSON.parse does not, and calls only that a fault of syntax', () => {
  fc.assert(
    fc.property(nearlyJson, (text) => {
      const scanned = scan(text.toWellFormed())
      const isSyntax = !scanned.ok && scanned.code === 'syntax'
      if (scanned.ok) expect(isParsed(text.toWellFormed())).toBe(true)
      if (isSyntax) expect(isParsed(text.toWellFormed())).toBe(false)
    }),
    { numRuns: 5_000 },
  )
})

test('answers any bytes with a verdict', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(scanJson(Buffer.from(bytes)).ok).toBeTypeOf('boolean')
    }),
    runs,
  )
})

interface Place {
  readonly object: Record<string, unknown>
  readonly path: readonly string[]
}

/** The objects in a value that have members. */
const objectsIn = (value: unknown, path: readonly string[] = []): Place[] => {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, one]) => objectsIn(one, [...path, key]))
  const isObject = !Array.isArray(value) && Object.keys(value).length > 0
  return isObject ? [{ object: value as Record<string, unknown>, path }, ...inner] : inner
}

const escapedAll = (text: string): string =>
  text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** JSON of a value with one more member, its name written as it is given, at the end of one object. */
const withMember = (value: unknown, { object, path }: Place, name: string): string => {
  const mark = '\u0001'
  const marked = structuredClone(value)
  const target = path.reduce((inner, key) => (inner as Record<string, unknown>)[key], marked)
  Object.defineProperty(target as object, mark, { value: 0, enumerable: true })
  expect(object).not.toHaveProperty(mark)
  return JSON.stringify(marked).replace(/"\\u0001":0/, () => `"${name}":0`)
}

const members = fc.dictionary(
  wellFormed.filter((name) => name !== '\u0001'),
  fc.jsonValue({ maxDepth: 2 }),
  {
    noNullPrototype: true,
    minKeys: 1,
    maxKeys: 24,
  },
)

test('finds a second member of the same name, wherever it is and however it is written', () => {
  fc.assert(
    fc.property(members, fc.nat(), fc.nat(), fc.boolean(), (given, whichObject, whichName, isEscaped) => {
      const value = [[{ outer: given }]]
      const places = objectsIn(value)
      const place = places[whichObject % places.length] as Place
      const names = Object.keys(place.object)
      const name = names[whichName % names.length] as string
      const written = isEscaped ? escapedAll(name) : JSON.stringify(name).slice(1, -1)
      const text = withMember(value, place, written)
      if (/\\u[dD][89a-fA-F]/.test(text) && !isEscaped) return
      const expected = `/${[...place.path, name].map(pointerPart).join('/')}`
      expect(scan(text)).toMatchObject({ ok: false, code: 'duplicate_key', pointer: expected })
    }),
    runs,
  )
})

const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** The same letters in other forms: the other case, full width, and those that fold to one of ASCII. */
const formsOf = (letter: string): readonly string[] => [
  letter.toUpperCase(),
  letter.toLowerCase(),
  ...(letter >= '!' && letter <= '~' ? [String.fromCharCode(letter.charCodeAt(0) + 0xfee0)] : []),
  ...(letter === 's' ? ['ſ'] : letter === 'k' ? ['\u212a'] : []),
]

const ways = [
  { path: [], names: ['jsonrpc', 'id', 'method', 'params', 'result', 'error'] },
  { path: ['params'], names: ['name', 'uri', 'arguments', '_meta', 'ref', 'cursor', 'taskId', 'requestId'] },
  {
    path: ['params', '_meta'],
    names: ['progressToken', 'traceparent', 'io.modelcontextprotocol/protocolVersion'],
  },
  { path: ['params', 'arguments'], names: ['amount', 'billing'] },
  { path: ['params', 'arguments', 'billing'], names: ['größe', 'tax rate'] },
]
const reads = ['/amount', '/billing/größe', '/billing/tax rate']

const twin = fc
  .constantFrom(...ways)
  .chain(({ path, names }) => fc.tuple(fc.constant(path), fc.constantFrom(...names)))
  .chain(([path, name]) =>
    fc
      .tuple(
        fc.tuple(...Array.from(name, (letter) => fc.constantFrom(...formsOf(letter)))),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([letters, isEscaped, isAlone]) => ({ path, name, twin: letters.join(''), isEscaped, isAlone })),
  )
  .filter(({ name, twin }) => name !== twin)

test('finds a name that is nearly one that matters, alone and beside it', () => {
  fc.assert(
    fc.property(twin, fc.boolean(), ({ path, name, twin, isEscaped, isAlone }, isBatch) => {
      expect(foldName(twin)).toBe(foldName(name))
      const written = isEscaped ? escapedAll(twin) : twin
      const value = name === 'id' || name.endsWith('Id') || name.endsWith('Token') ? '1' : '{}'
      const inner = isAlone ? `{"${written}":0}` : `{"${name}":${value},"${written}":0}`
      const message = path.reduceRight((text, key) => `{"${key}":${text}}`, inner)
      const scanned = scan(isBatch ? `[{},${message}]` : message, reads)
      const pointer = `/${[...(isBatch ? ['1'] : []), ...path, twin].map(pointerPart).join('/')}`
      expect(scanned).toMatchObject({ ok: false, code: 'ambiguous_key', pointer })
    }),
    { numRuns: 3_000 },
  )
})

test('reports a number just where a double does not give back what was written', () => {
  const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,20})$/)
  const number = fc.tuple(
    digits,
    fc.option(fc.stringMatching(/^[0-9]{1,20}$/)),
    fc.option(fc.integer({ min: -40, max: 40 })),
  )
  fc.assert(
    fc.property(number, ([whole, fraction, exponent]) => {
      const text = `${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`
      // As whole numbers of 10^-64, which is finer than anything above.
      const unit = (written: string): bigint => {
        const [mantissa = '', power = '0'] = written.split('e')
        const [left = '', right = ''] = mantissa.split('.')
        return BigInt(left + right) * 10n ** BigInt(64 + Number(power) - right.length)
      }
      const written = unit(text)
      const isExact = written <= 10n ** 64n * (2n ** 53n - 1n) && written === unit(String(Number(text)))
      const expected = { ok: true, inexact: isExact ? [] : ['/n'] }
      expect(scan(`{"params":{"arguments":{"n":${text}}}}`)).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
})
