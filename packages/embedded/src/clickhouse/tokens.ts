export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'other'
  readonly text: string
  readonly start: number
  readonly end: number
}

/** In the order in which they are tried; the first that matches at a place is what stands there. */
const shapes: readonly (readonly [Token['kind'] | 'nothing', RegExp])[] = [
  ['nothing', /\s+/y],
  ['nothing', /--[^\n]*/y],
  ['nothing', /#[ !][^\n]*/y],
  ['nothing', /\/\*[\s\S]*?(?:\*\/|$)/y],
  ['string', /'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y],
  ['string', /\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/y],
  ['quoted', /"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)/y],
  ['quoted', /`(?:[^`\\]|\\[\s\S]|``)*(?:`|$)/y],
  ['word', /[A-Za-z_][\w$]*/y],
  ['other', /\d[\w.]*/y],
  ['other', /[\s\S]/y],
]

/** ClickHouse's tokens, as far as it takes to tell code from text: comments and spaces are left out. */
export function* tokensOf(sql: string): Generator<Token, undefined> {
  let start = 0
  while (start < sql.length) {
    const token = tokenAt(sql, start)
    if (token.kind !== 'nothing') yield { kind: token.kind, text: token.text, start, end: token.end }
    start = token.end
  }
  return undefined
}

const tokenAt = (sql: string, start: number) => {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = start
    const text = shape.exec(sql)?.[0]
    if (text) return { kind, text, end: start + text.length }
  }
  throw new Error('unreachable: the last shape matches any character')
}
