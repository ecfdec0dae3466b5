import { exception } from './exception.ts'
import { tokensOf } from './tokens.ts'

const verbs = new Set(['SELECT', 'WITH', 'FROM', '(', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS'])

/**
 * What the engine's own access control leaves open to a reader. The engine runs as a program for a terminal: there the
 * function `file` reads any file of the machine, and INTO OUTFILE writes one, whatever the rights. So those words may not
 * occur at all, not even as text, for which there are query parameters: no doubt about where a text ends can open a gap.
 */
export const refuseBeyondReading = (verb: string, sql: string): void => {
  if (!verbs.has(verb)) throw exception(164, `reader: Cannot execute ${verb} in readonly mode.`)
  const [word] = /\b(?:file|infile|outfile)\b/i.exec(sql) ?? []
  if (word !== undefined) {
    throw exception(
      497,
      `reader: Not enough privileges: the word "${word}" may not occur in a query, pass text as a parameter.`,
    )
  }
  for (const { kind, text } of tokensOf(sql)) {
    if (kind === 'quoted' && text.includes('\\')) {
      throw exception(497, `reader: Not enough privileges: the identifier ${text} may not hold an escape.`)
    }
  }
}
