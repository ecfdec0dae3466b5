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
    throw exception(497, `reader: Not enough privileges: no "${word}" in a query, pass text as a parameter.`)
  }
  for (const { kind, text } of tokensOf(sql)) {
    if (kind === 'quoted' && text.includes('\\')) {
      throw exception(497, `reader: Not enough privileges: no escapes in the identifier ${text}.`)
    }
  }
}

/** Bounds, and how values are written. Others name files (format_template_row, output_format_schema). */
const changeable =
  /^(?:max_\w+|\w+_overflow_mode|priority|log_comment|session_timezone|date_time_output_format|extremes|join_use_nulls|use_\w+|optimize_\w+|output_format_json_\w+|output_format_write_statistics)$/

export const refuseSettings = (settings: ReadonlyMap<string, string>): void => {
  for (const [name, value] of settings) {
    if (changeable.test(name) || (name === 'readonly' && value !== '0')) continue
    throw exception(164, `Cannot modify '${name}' setting in readonly mode.`)
  }
}
