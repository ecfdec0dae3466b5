import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokensOf } from './tokens.ts'

const kindsOf = (sql: string): string[] => Array.from(tokensOf(sql), ({ kind, text }) => `${kind} ${text}`)

describe('tokensOf', () => {
  it.each([
    { sql: 'a.b + 1.5e3', tokens: ['word a', 'other .', 'word b', 'other +', 'other 1.5e3'] },
    { sql: '\'it\'\'s\' "a""b" `c\\`d`', tokens: ["string 'it''s'", 'quoted "a""b"', 'quoted `c\\`d`'] },
    { sql: 'a -- b\n# c\n#! d\n/* e */ f', tokens: ['word a', 'word f'] },
    { sql: '$x$ a $$ b $x$ c', tokens: ['string $x$ a $$ b $x$', 'word c'] },
    { sql: "a 'open", tokens: ['word a', "string 'open"] },
    { sql: 'a /* open', tokens: ['word a'] },
    { sql: '(a);', tokens: ['other (', 'word a', 'other )', 'other ;'] },
  ])('$sql', ({ sql, tokens }) => {
    expect(kindsOf(sql)).toEqual(tokens)
  })

  it('sees one text, whatever is quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const sql = `'${text.replaceAll(/['\\]/g, '\\$&')}'`
        expect(kindsOf(`${sql} end`)).toEqual([`string ${sql}`, 'word end'])
      }),
    )
  })

  it('leaves nothing out but spaces and comments', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      '$',
      '--',
      '/*',
      '*/',
      '#',
      ' ',
      '\n',
      'a',
      '1',
      '(',
      ';',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const sql = pieces.join('')
        let end = 0
        for (const token of tokensOf(sql)) {
          expect(sql.slice(end, token.start)).toMatch(/^(?:\s|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)*$/)
          expect(sql.slice(token.start, token.end)).toBe(token.text)
          end = token.end
        }
      }),
    )
  })

  it('takes texts of many megabytes', () => {
    const sql = `'${'x'.repeat(15_000_000)}' \`${'y'.repeat(15_000_000)}\``
    expect(Array.from(tokensOf(sql), ({ kind }) => kind)).toEqual(['string', 'quoted'])
  })
})
