/** A value of a condition as it is typed: a text as it is, unless it would be read as something else. */
export const typedOf = (value: unknown): string => {
  if (value === undefined) return ''
  return typeof value === 'string' && valueIn(value) === value ? value : JSON.stringify(value)
}

/** What was typed: JSON where it is any, else a text; nothing where nothing was. */
export const valueIn = (typed: string): unknown => {
  if (typed === '') return undefined
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return typed
  }
}
