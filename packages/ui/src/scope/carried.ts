type Query = Readonly<Record<string, unknown>>

/** What an address says of what is looked at, and a page that is gone to is to look at too. */
export const scopeIn = (query: Query): Record<string, string> => {
  const names = query['window'] === 'custom' ? ['ns', 'window', 'since', 'until'] : ['ns', 'window']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query[name]
      return typeof value === 'string' && value !== '' ? [[name, value]] : []
    }),
  )
}

/** Where somebody is going, with what they look at; undefined where the address has it already, or says otherwise. */
export const carried = (from: Query, to: Query): Record<string, unknown> | undefined => {
  const { window, since, until, ...rest } = scopeIn(from)
  const saysWhen = ['window', 'since', 'until'].some((name) => to[name] !== undefined)
  const taken = {
    ...rest,
    ...(saysWhen ? {} : { ...(window && { window }), ...(since && { since }), ...(until && { until }) }),
  }
  const missing = Object.entries(taken).filter(([name]) => to[name] === undefined)
  return missing.length === 0 ? undefined : { ...to, ...Object.fromEntries(missing) }
}
