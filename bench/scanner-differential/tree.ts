/** JSON as it was written: names and scalars are literals, members may be there twice. */
export type Tree =
  | { readonly kind: 'scalar'; text: string }
  | { readonly kind: 'list'; readonly items: Tree[] }
  | { readonly kind: 'object'; readonly members: Member[] }

export interface Member {
  name: string
  value: Tree
}

/** Reads what `JSON.parse` takes, piece by piece. Only for text that it has taken. */
export const readTree = (text: string): Tree => {
  const pieces = text.match(/[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gs) ?? []
  let next = 0
  const read = (): Tree => {
    const piece = pieces[next++] as string
    if (piece === '{') return { kind: 'object', members: readUntil('}', readMember) }
    return piece === '[' ? { kind: 'list', items: readUntil(']', read) } : { kind: 'scalar', text: piece }
  }
  const readMember = (): Member => {
    const name = pieces[next] as string
    next += 2
    return { name, value: read() }
  }
  const readUntil = <T>(closer: string, one: () => T): T[] => {
    const all: T[] = []
    while (pieces[next] !== closer) {
      all.push(one())
      if (pieces[next] === ',') next++
    }
    next++
    return all
  }
  return read()
}

export const writeTree = (tree: Tree, space: () => string): string => {
  const write = (one: Tree): string => {
    if (one.kind === 'scalar') return space() + one.text + space()
    if (one.kind === 'list') return `${space()}[${one.items.map(write).join()}${space()}]`
    const members = one.members.map(({ name, value }) => `${space()}${name}${space()}:${write(value)}`)
    return `${space()}{${members.join()}${space()}}`
  }
  return write(tree)
}
