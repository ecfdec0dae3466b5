const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/** A JSON text's value; undefined when it is not JSON, or gives a member twice, which `JSON.parse` takes in silence. */
export const parseJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return repeatsMember(text) ? undefined : { value }
  } catch {
    return undefined
  }
}

/** Only for text that `JSON.parse` has accepted: a string before a colon is then a member's name. */
const repeatsMember = (text: string): boolean => {
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const name = last.includes('\\') ? (JSON.parse(last) as string) : last.slice(1, -1)
      const members = open.at(-1)
      if (members?.has(name)) return true
      members?.add(name)
    }
    last = token
  }
  return false
}
