import type { IncomingHttpHeaders } from 'node:http'

/** Of one connection and not of a message (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Names that a `Connection` header makes hop-by-hop. */
const namedBy = (connection: string | undefined): readonly string[] =>
  connection === undefined ? [] : connection.split(',').map((name) => name.trim().toLowerCase())

export interface OnwardOptions {
  /** Lower case: what stops here. */
  readonly without: ReadonlySet<string>
  /** In place of what the client sent by these names; lower case. */
  readonly set: Readonly<Record<string, string>>
}

/** A request's headers as the server behind us gets them: names and values as they came, in their order. */
export const onwardHeaders = (rawHeaders: readonly string[], { without, set }: OnwardOptions): string[] => {
  const onward: string[] = []
  const named: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'connection') named.push(...namedBy(rawHeaders[index + 1]))
  }
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index] as string, rawHeaders[index + 1] as string]
    const key = name.toLowerCase()
    if (hopByHop.has(key) || without.has(key) || key in set || named.includes(key)) continue
    onward.push(name, value)
  }
  for (const [name, value] of Object.entries(set)) onward.push(name, value)
  return onward
}

/** A response's headers as the client gets them. */
export const returnedHeaders = (
  headers: IncomingHttpHeaders,
  without: ReadonlySet<string>,
): Record<string, string | string[]> => {
  const named = namedBy(headers.connection)
  const returned: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || without.has(name) || named.includes(name)) continue
    returned[name] = value
  }
  return returned
}
