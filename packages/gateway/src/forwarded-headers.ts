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

/** A request's headers without what stops here: names and values as they came, in their order. `without` is lower case. */
export const onwardHeaders = (rawHeaders: readonly string[], without: ReadonlySet<string>): string[] => {
  const onward: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index] as string, rawHeaders[index + 1] as string]
    const key = name.toLowerCase()
    if (!hopByHop.has(key) && !without.has(key)) onward.push(name, value)
  }
  return onward
}

/** A response's headers as the client gets them. */
export const returnedHeaders = (
  headers: IncomingHttpHeaders,
  without: ReadonlySet<string>,
): Record<string, string | string[]> => {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const returned: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || without.has(name) || named.includes(name)) continue
    returned[name] = value
  }
  return returned
}
