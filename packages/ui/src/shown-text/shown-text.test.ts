import { expect, test } from 'vitest'
import { namedText, shownJson, shownText } from './shown-text.ts'

test.each([
  ['refund_invoice', 'refund_invoice'],
  ['', ''],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['invoice\u202efdp.exe', 'invoice‹U+202E›fdp.exe'],
  ['ada\u2066@\u2069', 'ada‹U+2066›@‹U+2069›'],
  ['a\u200bda', 'a‹U+200B›da'],
  ['\ufeffada', '‹U+FEFF›ada'],
  ['one\ntwo\r\t\u0000', 'one‹U+000A›two‹U+000D›‹U+0009›‹U+0000›'],
  ['\u2028', '‹U+2028›'],
  ['tag\u{e0041}', 'tag‹U+E0041›'],
  ['ops\ud800', 'ops‹U+D800›'],
  ['ad\u200da', 'ad‹U+200D›a'],
  ['שלום', 'שלום'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['👩\u200d💻', '👩\u200d💻'],
])('%j is shown as %j', (text, shown) => {
  expect(shownText(text)).toBe(shown)
})

test('what is very long ends with a sign that it goes on', () => {
  expect(shownText('x'.repeat(10_000))).toBe(`${'x'.repeat(200)}…`)
  expect(shownText('xyz', 2)).toBe('xy…')
  // Half of a character is told too, rather than drawn as nothing.
  expect(shownText('x👩', 2)).toBe('x‹U+D83D›…')
})

test('JSON stays what it is, with all of it to be seen', () => {
  const value = { name: 'a\u202eb\u{e0041}', ['k\u200b']: ['x\ny', '\ufeff', 'ok'] }
  const shown = shownJson(value)
  expect(JSON.parse(shown)).toEqual(value)
  expect(shown).not.toMatch(/[^\n\P{C}]/u)
  expect(shown).toContain('\\u202e')
})

test('a name that is written from right to left is kept apart from its sentence', () => {
  expect(namedText('שלום')).toBe('\u2068שלום\u2069')
  expect(namedText('refund')).toBe('refund')
})
