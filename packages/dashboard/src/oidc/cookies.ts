/** What a browser sends, by name; the first of a name counts. */
export const cookiesIn = (header: string | undefined): ReadonlyMap<string, string> => {
  const cookies = new Map<string, string>()
  for (const cookie of header?.split(';') ?? []) {
    const at = cookie.indexOf('=')
    const name = cookie.slice(0, at).trim()
    if (at > 0 && !cookies.has(name)) cookies.set(name, cookie.slice(at + 1).trim())
  }
  return cookies
}
