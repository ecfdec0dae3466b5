import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldName, isAscii } from './fold.ts'

test.each([
  ['Method', 'method'],
  ['NAME', 'name'],
  ['paramſ', 'params'],
  ['toKen', 'token'],
  ['ｎａｍｅ', 'name'],
  ['ⓜethod', 'method'],
  ['ﬁeld', 'field'],
  ['straße', 'STRASSE'],
  ['STRAẞE', 'strasse'],
  ['ΟΔΟΣ', 'οδος'],
  ['οδοσ', 'οδος'],
  ['ıd', 'id'],
  ['é', 'é'],
])('%s is nearly %s', (name, other) => {
  expect(foldName(name)).toBe(foldName(other))
})

test.each([
  ['name', 'names'],
  ['id', 'i d'],
  ['né', 'ne'],
  ['a_b', 'ab'],
])('%s is another name than %s', (name, other) => {
  expect(foldName(name)).not.toBe(foldName(other))
})

test('no character is told from itself in the other case, or from what it is compatible with', {
  timeout: 60_000,
}, () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point)
    const others = [character.toLowerCase(), character.toUpperCase(), character.normalize('NFKC')]
    const changed = others.filter((other) => other !== character)
    if (changed.some((other) => foldName(other) !== foldName(character)))
      expect.fail(`U+${point.toString(16)}`)
  }
})

test('what is folded stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(foldName(foldName(name))).toBe(foldName(name))
    }),
  )
})

test('ASCII is ASCII', () => {
  expect(['', '\0', 'a\x7f', '\x80', 'é'].map(isAscii)).toEqual([true, true, true, false, false])
})
