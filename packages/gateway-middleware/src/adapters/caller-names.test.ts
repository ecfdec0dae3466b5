import { expect, test } from 'vitest'
import { exchangeOf, policyOf } from '../contract-tests/exchange.ts'
import { callerInHeaders, lowerCase, readName } from './caller-names.ts'
import { identityHeaders } from './identity-headers.ts'

const bytes = (text: string): string => Buffer.from(text).toString('latin1')

test.each<[string, string | undefined, string | undefined | null]>([
  ['none', undefined, undefined],
  ['an empty one', '', undefined],
  ['a blank one', ' \t ', undefined],
  ['a name', 'ada', 'ada'],
  ['space around it', '  ada \t', 'ada'],
  ['space in it', 'ada lovelace', 'ada lovelace'],
  ['a comma', 'ada, bob', 'ada, bob'],
  ['text in UTF-8', bytes('zoë 🐙'), 'zoë 🐙'],
  ['text in Latin-1', 'zo\xeb', null],
  ['half of a character', '\xf0\x9f', null],
  ['characters that no byte is', 'zoë€', null],
  ['characters whose lower bytes are a name', '\u0161dmin', null],
  ['a line feed', 'ada\nadmin', null],
  ['a tab', 'ada\tadmin', null],
  ['a zero byte', 'ada\0', null],
  ['a delete', 'ada\x7f', null],
  ['a control character of two bytes', bytes('ada\x85admin'), null],
  ['as many characters as there may be', 'a'.repeat(2048), 'a'.repeat(2048)],
  ['as many of two bytes', bytes('é'.repeat(2048)), 'é'.repeat(2048)],
  ['one more', 'a'.repeat(2049), null],
])('a header with %s', (_, value, expected) => expect(readName(value)).toBe(expected))

test('one value that is no name spoils them all', () => {
  const names = lowerCase(identityHeaders(policyOf()))
  const headers = { 'X-MCP-Human-ID': 'ada', 'X-MCP-Agent-ID': 'ops' }
  expect(callerInHeaders(exchangeOf({ headers }), names)).toEqual({ human: 'ada', agent: 'ops' })
  for (const name of Object.values(identityHeaders(policyOf())))
    expect(callerInHeaders(exchangeOf({ headers: { ...headers, [name]: 'a\0b' } }), names)).toBe(undefined)
})
