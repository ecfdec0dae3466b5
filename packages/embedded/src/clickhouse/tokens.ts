export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'other'
  readonly text: string
  readonly start: number
  readonly end: number
}

type Kind = Token['kind'] | 'nothing'
type EndOf = (sql: string, start: number) => number

const matching =
  (shape: RegExp): EndOf =>
  (sql, start) => {
    shape.lastIndex = start
    return shape.test(sql) ? shape.lastIndex : start
  }

/** By hand: a pattern for it overflows the stack on a text of some megabytes. What is not closed goes to the end. */
const delimitedBy =
  (delimiter: string): EndOf =>
  (sql, start) => {
    if (sql[start] !== delimiter) return start
    for (let at = start + 1; at < sql.length; at++) {
      if (sql[at] === '\\') at += 1
      else if (sql[at] === delimiter && sql[at + 1] === delimiter) at += 1
      else if (sql[at] === delimiter) return at + 1
    }
    return sql.length
  }

/** In the order in which they are tried; the first that gets beyond a place is what stands there. */
const shapes: readonly (readonly [Kind, EndOf])[] = [
  ['nothing', matching(/\s+/y)],
  ['word', matching(/[A-Za-z_][\w$]*/y)],
  ['other', matching(/\d[\w.]*/y)],
  ['other', matching(/[,.+*<>=]+/y)],
  ['string', delimitedBy("'")],
  ['quoted', delimitedBy('"')],
  ['quoted', delimitedBy('`')],
  ['nothing', matching(/--[^\n]*/y)],
  ['nothing', matching(/#[ !][^\n]*/y)],
  ['nothing', matching(/\/\*[\s\S]*?(?:\*\/|$)/y)],
  ['string', matching(/\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/y)],
  ['other', (_, start) => start + 1],
]

/** ClickHouse's tokens, as far as it takes to tell code from text: comments and spaces are left out. */
export function* tokensOf(sql: string): Generator<Token, undefined> {
  let start = 0
  while (start < sql.length) {
    const { kind, end } = tokenAt(sql, start)
    if (kind !== 'nothing') yield { kind, text: sql.slice(start, end), start, end }
    start = end
  }
  return undefined
}

const tokenAt = (sql: string, start: number): { readonly kind: Kind; readonly end: number } => {
  for (const [kind, endOf] of shapes) {
    const end = endOf(sql, start)
    if (end > start) return { kind, end }
  }
  throw new Error('unreachable: the last shape takes any character')
}
