import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test.each([
  [['refund', 'ops'], 'refund,ops'],
  [[undefined, '', 7, -1.5], ',,7,-1.5'],
  [['a,b', 'say "no"', 'two\nlines', 'two\r\nlines'], '"a,b","say ""no""","two\nlines","two\r\nlines"'],
  [['=1+1', '+1', '-1', '@SUM(A1)'], "'=1+1,'+1,'-1,'@SUM(A1)"],
  [['\t=1', '\r=1', '\n=1', ' =1'], '"\'\t=1","\'\r=1","\'\n=1",\' =1'],
  [['＝1+1', '\u00a0=1'], "'＝1+1,'\u00a0=1"],
  [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
  [['-'], "'-"],
  [['a=1', 'a@b'], 'a=1,a@b'],
])('%j', (cells, line) => {
  expect(csvLine(cells)).toBe(`${line}\r\n`)
})

/** By RFC 4180, written from its grammar. */
const read = (line: string): string[] =>
  [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )

test('what is read back is what was written, with an apostrophe before what could be a formula', () => {
  const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",\' a') }))
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const back = read(csvLine(cells))
      expect(back.map((text, at) => (text === `'${cells[at]}` ? cells[at] : text))).toEqual(cells)
      for (const text of back) expect(text).not.toMatch(/^[=+\-@\t\r]/)
    }),
  )
})
