import type { ObjectKey } from '@mcp-sentinel/resources'

interface Named {
  readonly metadata: { readonly namespace?: string | undefined; readonly name: string }
}

export interface Page<T> {
  readonly items: readonly T[]
  /** To be given for what follows, if anything does. */
  readonly next_cursor?: string
}

/** A page by namespace and name, from behind the one that the cursor names. */
export const pageOf = <T extends Named>(
  all: readonly T[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Page<T> => {
  const [namespace = '', name = ''] = cursor?.split('/') ?? []
  const items: T[] = []
  for (const one of all.toSorted((a, b) => order(keyOf(a), keyOf(b)))) {
    if (cursor !== undefined && order(keyOf(one), { namespace, name }) <= 0) continue
    const last = items.at(-1)
    if (items.length === limit && last !== undefined) return { items, next_cursor: idOf(keyOf(last)) }
    items.push(one)
  }
  return { items }
}

export const order = (one: ObjectKey, other: ObjectKey): number =>
  compare(one.namespace, other.namespace) || compare(one.name, other.name)
/** Names are ASCII: code units have the order of bytes. */
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

/** No name holds a slash. */
export const idOf = ({ namespace, name }: ObjectKey): string => `${namespace}/${name}`

export const keyOf = ({ metadata: { namespace = '', name } }: Named): ObjectKey => ({ namespace, name })
