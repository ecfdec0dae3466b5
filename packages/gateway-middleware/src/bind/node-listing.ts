import type { ServerResponse } from 'node:http'
import { bodyHeaders, createListingBody, type ListingBody } from '../listing-body.ts'
import type { Look } from '../look.ts'

type Callback = (error?: Error | null) => void

/** Cuts lists out of what is written to a response. Its head goes out with the first bytes, when its type is known. */
export const cutLists = (res: ServerResponse, look: Look): void => {
  const { writeHead, write, end, flushHeaders } = res
  let body: ListingBody | 'as it is' | undefined

  const decide = (): ListingBody | 'as it is' => {
    if (body !== undefined) return body
    // Node calls it by itself, to write what was set.
    res.writeHead = writeHead
    const type = res.getHeader('content-type')
    body = createListingBody(typeof type === 'string' ? type : undefined, look) ?? 'as it is'
    if (body !== 'as it is') for (const name of bodyHeaders) res.removeHeader(name)
    return body
  }

  /** What is too large to be looked into may not be seen. */
  const filtered = (filter: ListingBody, chunk: unknown, encoding: unknown): Buffer => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return Buffer.alloc(0)
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : chunk
    try {
      return filter.push(bytes)
    } catch (error) {
      res.destroy(error as Error)
      return Buffer.alloc(0)
    }
  }

  res.writeHead = ((status: number, ...rest: unknown[]) => {
    res.statusCode = status
    if (typeof rest[0] === 'string') res.statusMessage = rest[0]
    for (const [name, value] of headersOf(rest.at(-1))) res.setHeader(name, value)
    return res
  }) as typeof res.writeHead
  res.flushHeaders = () => {
    decide()
    flushHeaders.call(res)
  }
  res.write = ((chunk: unknown, ...rest: unknown[]) => {
    const filter = decide()
    if (filter === 'as it is') return Reflect.apply(write, res, [chunk, ...rest])
    return Reflect.apply(write, res, [filtered(filter, chunk, rest[0]), callbackOf(rest)])
  }) as typeof res.write
  res.end = ((...given: unknown[]) => {
    const filter = decide()
    if (filter === 'as it is') return Reflect.apply(end, res, given)
    const last = Buffer.concat([filtered(filter, given[0], given[1]), filter.end()])
    return Reflect.apply(end, res, [last, callbackOf(given)])
  }) as typeof res.end
}

const callbackOf = (given: readonly unknown[]): Callback | undefined =>
  given.find((one): one is Callback => typeof one === 'function')

type Header = readonly [name: string, value: string | string[]]

/** Headers as `writeHead` takes them: by their names, as pairs, or name and value in turn. */
const headersOf = (given: unknown): readonly Header[] => {
  if (typeof given !== 'object' || given === null) return []
  if (!Array.isArray(given)) return Object.entries(given) as Header[]
  const pairs = Array.isArray(given[0])
    ? (given as [string, string][])
    : given.flatMap((name, at) => (at % 2 === 0 ? [[String(name), given[at + 1]] as const] : []))
  const byName = new Map<string, string[]>()
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), String(value)])
  return [...byName].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values])
}
