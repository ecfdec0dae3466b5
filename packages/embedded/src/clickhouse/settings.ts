import { exception } from './exception.ts'
import type { User } from './users.ts'

export interface Circumstances {
  readonly user: User
  readonly database: string | undefined
  /** Whether it may change anything (0), only settings (2), or nothing at all (1). */
  readonly readonly: 0 | 1 | 2
  readonly settings: ReadonlyMap<string, string>
  /** As they travel: escaped like a TabSeparated field. */
  readonly parameters: ReadonlyMap<string, string>
}

/** What is run in a session of its own before the statement, so that it ends with it and leaves no trace. */
export const renderCircumstances = (circumstances: Circumstances): string => {
  const { user, database, readonly, settings, parameters } = circumstances
  const assignments = [
    ...Array.from(settings, ([name, value]) => `${settingName(name)} = ${quote(value)}`),
    ...Array.from(parameters, ([name, value]) => `param_${parameterName(name)} = ${quote(value)}`),
  ]
  return [
    ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
    ...(database === undefined ? [] : [`USE ${quoteIdentifier(database)}`]),
    `SET ROLE ${user}`,
    // Last, because nothing can be changed after it.
    ...(readonly === 0 ? [] : [`SET readonly = ${readonly}`]),
  ].join('; ')
}

const settingName = (name: string): string => {
  if (/^[A-Za-z_]\w*$/.test(name)) return name
  throw exception(115, `Unknown setting '${name}'.`)
}

const parameterName = (name: string): string => {
  if (/^\w+$/.test(name)) return name
  throw exception(62, `Syntax error: '${name}' cannot be the name of a query parameter.`)
}

const quote = (value: string): string => `'${value.replaceAll(/['\\]/g, '\\$&')}'`
const quoteIdentifier = (name: string): string => `\`${name.replaceAll(/[`\\]/g, '\\$&')}\``
