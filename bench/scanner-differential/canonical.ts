const scratch = new DataView(new ArrayBuffer(8))

/**
 * A value as text that comes out the same in any language: numbers by the bits of their double, strings by those of their UTF-8,
 * members in the order of their names' bytes.
 */
export const canonical = (value: unknown): string => {
  if (value === null || value === undefined) return 'n'
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (typeof value === 'number') {
    scratch.setFloat64(0, value === 0 ? 0 : value)
    return `#${scratch.getBigUint64(0).toString(16).padStart(16, '0')}`
  }
  if (typeof value === 'string') return `"${hex(value)}`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = Object.entries(value).map(([name, one]) => [hex(name), canonical(one)] as const)
  return canonicalObject(members)
}

export const canonicalObject = (members: readonly (readonly [name: string, value: string])[]): string =>
  `{${members
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`)
    .join()}}`

export const hex = (text: string): string => Buffer.from(text).toString('hex')

/** What Go reads into a struct that has a field for each name that a server of MCP looks at. */
export const canonicalMessage = (body: unknown): string => {
  if (Array.isArray(body)) return `[${body.map(canonicalMessage).join()}]`
  const { jsonrpc, id, method, params } = membersOf(body)
  const { name, arguments: given, _meta: meta } = membersOf(params)
  return `(${[text(jsonrpc), canonical(id), text(method), text(name), canonical(given), canonical(meta)].join()})`
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** Go leaves a text empty where there is null. */
const text = (value: unknown): string => canonical(value ?? '')
