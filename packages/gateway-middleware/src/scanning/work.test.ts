import { Session } from 'node:inspector'
import { expect, test } from 'vitest'

/**
 * Counts how often any block of the scanner runs. The engine counts blocks only of functions that it has loaded while
 * counting, so the scanner is loaded behind this.
 */
const startCounting = () => {
  const session = new Session()
  session.connect()
  const ask = (method: string, parameters = {}): unknown => {
    let answer: unknown
    session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
  ask('Profiler.enable')
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return (): number => {
    const { result } = ask('Profiler.takePreciseCoverage') as Coverage
    return result
      .filter(({ url }) => /gateway-middleware\/src\/(scan|scanning\/[a-z]+)\.ts/.test(url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0)
  }
}

interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[]
  }[]
}

const take = startCounting()
const { scanJson } = await import('../scan.ts')
const { readsOf } = await import('./place.ts')
const reads = readsOf(['/a'])

const stepsOf = (bytes: Buffer): number => {
  take()
  scanJson(bytes, reads)
  return take()
}

const filled = (before: string, part: (index: number) => string, after: string, length: number): Buffer => {
  const parts: string[] = [before]
  for (let size = before.length, index = 0; size < length; index++) {
    const next = part(index)
    parts.push(next)
    size += next.length
  }
  return Buffer.from(parts.join('') + after)
}

const inParams = ['{"params":{"z":0', '}}'] as const
const inArguments = ['{"params":{"arguments":{"z":0', '}}}'] as const
const [beforeList, afterList] = ['{"params":{"arguments":{"a":[0', ']}}}']

const hostile: Readonly<Record<string, (length: number) => Buffer>> = {
  'opening brackets': (length) => filled('', () => '[', '', length),
  'opening objects': (length) => filled('', () => '{"a":', '', length),
  'white space': (length) => filled('[', () => ' \n', ']', length),
  digits: (length) => filled('{"params":{"arguments":1', () => '7', '}}', length),
  'zeros and a one': (length) => filled('{"params":{"arguments":0.', () => '0', '1}}', length),
  'digits of an exponent': (length) => filled('{"params":{"arguments":1e', () => '9', '}}', length),
  'digits of an id': (length) => filled('{"id":1', () => '0', '}', length),
  'one string': (length) => filled('"', () => 'a', '"', length),
  escapes: (length) => filled('"', () => '\\u00e4', '"', length),
  'a string without end': (length) => filled('"', () => '\\\\', '', length),
  'names of params': (length) => filled(inParams[0], (index) => `,"k${index}":0`, inParams[1], length),
  'names of arguments': (length) =>
    filled(inArguments[0], (index) => `,"k${index}":0`, inArguments[1], length),
  'names that are nearly the same': (length) =>
    filled(
      '{"z":0',
      (index) => `,"${index.toString(2).replaceAll('0', 'a').replaceAll('1', 'A')}":0`,
      '}',
      length,
    ),
  'names by escapes': (length) => filled(inParams[0], (index) => `,"\\u006b${index}":0`, inParams[1], length),
  'names in another script': (length) =>
    filled(inParams[0], (index) => `,"ﬃ${index}":0`, inParams[1], length),
  'one long name': (length) => filled('{"params":{"', () => 'ﷺ', '":0}}', length),
  'long names of the same beginning': (length) => {
    const beginning = 'a'.repeat(length / 16)
    return filled('{"params":{"z":0', (index) => `,"${beginning}${index % 10}":0`, '}}', length)
  },
  'objects of a few names': (length) => filled('[0', () => ',{"a":0,"b":0,"c":0}', ']', length),
  'objects of just too many names': (length) => {
    const names = Array.from({ length: 17 }, (_, index) => `"${index}":0`)
    return filled('[0', () => `,{${names}}`, ']', length)
  },
  'numbers that are carried': (length) => filled(beforeList, () => ',0.30000000000000004', afterList, length),
  'numbers that are not': (length) => filled(beforeList, () => ',1e400', afterList, length),
  'an invalid byte at the end': (length) =>
    Buffer.concat([filled('["', () => 'ä', '', length), Buffer.from([0xff, 0x22, 0x5d])]),
  'a fault deep inside of long names': (length) => {
    const name = 'n'.repeat(length / 60)
    return Buffer.from(`${`{"${name}":`.repeat(60)}x`)
  },
}

test.each(Object.entries(hostile))('%s cost steps in proportion to their length', (_, make) => {
  const [small, large] = [stepsOf(make(1 << 14)), stepsOf(make(1 << 16))]
  expect(small).toBeGreaterThan(50)
  expect(large).toBeLessThanOrEqual(small * 4.4 + 500)
  expect(large).toBeLessThanOrEqual((1 << 16) * 40)
})

test.each(Object.entries(hostile))('a mebibyte of %s is judged', (_, make) => {
  const verdict = scanJson(make(1 << 20), reads)
  expect(JSON.stringify(verdict).length).toBeLessThan(2_000)
})
