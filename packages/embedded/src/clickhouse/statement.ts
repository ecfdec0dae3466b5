import { exception } from './exception.ts'
import { type Token, tokensOf } from './tokens.ts'

export interface Statement {
  /** The word that it begins with, in upper case; `(` for a query in parentheses. */
  readonly verb: string
  /** The output format that it names itself. */
  readonly format: string | undefined
  /** Set when the rows of an INSERT follow the statement. */
  readonly rows: RowsFollow | undefined
}

interface RowsFollow {
  /** The same statement, taking its rows from a file. */
  readonly fromFile: (path: string) => string
  /** Whether rows begin in the text itself. */
  readonly begun: boolean
}

/**
 * What has to be known of a statement before the engine reads it. The engine takes several statements in one text and
 * commands for a terminal, a server takes neither: both are refused here.
 */
export const readStatement = (sql: string): Statement => {
  const tokens = tokensOf(sql)
  const first = tokens.next().value
  if (first === undefined) throw exception(62, 'Syntax error: the query is empty.')
  if (first.kind !== 'word' && first.text !== '(')
    throw exception(62, `Syntax error: ${first.text} begins no query.`)
  const verb = first.text.toUpperCase()
  return verb === 'INSERT' ? readInsert(sql, tokens) : readRest(verb, tokens)
}

const readRest = (verb: string, tokens: Iterable<Token>): Statement => {
  let depth = verb === '(' ? 1 : 0
  let ended = false
  let afterFormat = false
  let format: string | undefined
  let inserts = false
  for (const token of tokens) {
    if (ended) throw exception(62, 'Syntax error (Multi-statements are not allowed).')
    if (token.text === ';') ended = true
    depth += depthChange(token)
    if (afterFormat && token.kind === 'word') format = token.text
    afterFormat = depth === 0 && isWord(token, 'FORMAT')
    if (verb === 'WITH' && depth === 0 && isWord(token, 'INSERT')) inserts = true
  }
  return { verb: inserts ? 'INSERT' : verb, format, rows: undefined }
}

const readInsert = (sql: string, tokens: Iterator<Token>): Statement => {
  const verb = 'INSERT'
  let depth = 0
  let settingsAt: number | undefined
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value
    depth += depthChange(token)
    if (depth > 0) continue
    if (isWord(token, 'SETTINGS')) settingsAt ??= token.start
    // These bring their rows along: what follows is a query, or names a file.
    if (isWord(token, 'SELECT') || isWord(token, 'WITH') || isWord(token, 'INFILE') || token.text === ';') {
      return readRest(verb, iterate(tokens))
    }
    if (isWord(token, 'VALUES')) {
      return insertOf(sql, {
        cutAt: settingsAt ?? token.start,
        format: token,
        name: 'Values',
        end: token.end,
      })
    }
    if (isWord(token, 'FORMAT')) {
      const name = tokens.next().value
      if (name?.kind !== 'word') continue
      return insertOf(sql, {
        cutAt: settingsAt ?? token.start,
        format: token,
        name: name.text,
        end: name.end,
      })
    }
  }
  return { verb, format: undefined, rows: undefined }
}

interface Cut {
  /** Where the name of a file goes: before the settings, which come before the format. */
  readonly cutAt: number
  readonly format: Token
  readonly name: string
  readonly end: number
}

const insertOf = (sql: string, { cutAt, format, name, end }: Cut): Statement => ({
  verb: 'INSERT',
  format: undefined,
  rows: {
    fromFile: (path) =>
      `${sql.slice(0, cutAt)} FROM INFILE '${path.replaceAll(/['\\]/g, '\\$&')}' COMPRESSION 'none' ` +
      `${sql.slice(cutAt, format.start)} FORMAT ${name}`,
    begun: /[^\s;]/.test(sql.slice(end)),
  },
})

const isWord = (token: Token, word: string): boolean =>
  token.kind === 'word' && token.text.toUpperCase() === word

const depthChange = ({ text }: Token): number => (text === '(' ? 1 : text === ')' ? -1 : 0)

const iterate = (iterator: Iterator<Token>): Iterable<Token> => ({ [Symbol.iterator]: () => iterator })
